using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Spot;
using Spot.AspNetCore;
using Spot.Inference;
using Spot.Samples.PromptServer;

// What is not configured comes from beside the program: the tiny T5, the prompts of the sample tasks, the page.
WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
IServiceCollection services = builder.Services;
services.AddSpot(spot => spot.ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "spot-tiny")).AddInference().AddServing();
services.AddOptions<SpotOptions>().BindConfiguration("Spot");
services.AddOptions<PromptInferenceOptions>().BindConfiguration("Inference");
services.AddOptions<ServingOptions>().BindConfiguration("Serving");
services.AddOpenApi();

string? key = builder.Configuration["ApiKey"];
services.AddAuthentication(ApiKey.Scheme).AddScheme<ApiKeyOptions, ApiKey>(ApiKey.Scheme, options => options.Key = key);
services.AddAuthorizationBuilder().AddPolicy(ApiKey.Scheme, policy => policy.RequireAuthenticatedUser());

string? temporary = await SamplePrompts.UseWhereNoneAreConfiguredAsync(builder);
await using (WebApplication app = builder.Build())
{
    app.UseExceptionHandler();
    app.UseStatusCodePages();
    app.UseAuthentication().UseAuthorization(); // here, so that refusals are problems too
    app.Use(Page.Guard);
    app.UseDefaultFiles().UseStaticFiles();
    RouteGroupBuilder prompts = app.MapSpot("/v1");
    if (!string.IsNullOrEmpty(key))
    {
        prompts.RequireAuthorization(ApiKey.Scheme);
    }

    app.MapOpenApi();
    app.MapGet("/examples", Page.Examples).ExcludeFromDescription();
    app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }); // it is, if it answers
    app.MapHealthChecks("/health/ready");
    await app.RunAsync();
}

if (temporary is not null)
{
    Directory.Delete(temporary, recursive: true);
}
