using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spot.Backbone;
using Spot.PostgreSql;
using Spot.Studies;

namespace Spot.Hangfire;

/// <summary>The studies that a worker has begun to work on, each made once of its submission.</summary>
internal sealed class OpenStudies(IServiceProvider services, StudyWorkerOptions options, WorkTable table) : IDisposable
{
    private readonly Dictionary<string, (DateTime Submitted, int Id, Study Study, PostgreSqlStudyStore Store)> _open = new(StringComparer.Ordinal);

    /// <summary>The study as it was last submitted. One call at a time.</summary>
    /// <exception cref="SpotException">The worker's plan, or what it computes on, is another than the study's.</exception>
    internal async Task<(int Id, Study Study)> GetAsync(string name, DateTime submitted, CancellationToken cancellationToken)
    {
        if (_open.TryGetValue(name, out (DateTime Submitted, int Id, Study Study, PostgreSqlStudyStore Store) found) && found.Submitted == submitted)
        {
            return (found.Id, found.Study);
        }

        SubmittedStudy row = await table.FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw new SpotException($"{table.Database.Place}: found no study '{name}'.");
        StudyPlan plan = options.Plan!(new StudySubmission(name, row.Description));
        if (StudyIdentity.PlanDifference(row.Plan, StudyIdentity.OfPlan(plan), mayGrow: false) is { } difference)
        {
            throw new SpotException($"{table.Database.Place}, study '{name}': this worker's plan is another than the one that was submitted: {difference}. Give it the same tasks and options.");
        }

        BackboneIdentity backbone = services.GetService<BackboneIdentity>() ?? services.GetRequiredService<T5Backbone>().Identity;
        PostgreSqlStudyStore store = await PostgreSqlStudyStore.OpenAsync(
            table.Database.Source, name, backbone, table.Database.Schema, services.GetService<ILogger<PostgreSqlStudyStore>>(), cancellationToken).ConfigureAwait(false);
        Close(name);
        StudyTools tools = services.GetService<StudyTools>() ?? new StudyTools();
        Study study = new(
            plan, store, backbone, services.GetRequiredService<IPromptTuner>(), services.GetRequiredService<IPromptEvaluator>(), services.GetRequiredService<ITaskEmbedder>(),
            tools with { ModelFolder = tools.ModelFolder ?? options.ModelFolder }, services.GetService<ILogger<Study>>());
        _open[name] = (row.Submitted, row.Id, study, store);
        return (row.Id, study);
    }

    public void Dispose() => Array.ForEach([.. _open.Keys], Close);

    private void Close(string name)
    {
        if (_open.Remove(name, out (DateTime Submitted, int Id, Study Study, PostgreSqlStudyStore Store) found))
        {
            found.Study.Dispose();
            found.Store.Dispose();
        }
    }
}
