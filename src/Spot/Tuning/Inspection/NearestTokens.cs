using Spot.Backbone;
using Spot.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Sets a prompt's rows beside the vocabulary's embeddings.</summary>
/// <param name="model">The model.</param>
/// <param name="tokenizer">Its tokenizer: rows of the table that no id stands for are left out.</param>
internal sealed class NearestTokens(FrozenT5 model, T5Tokenizer tokenizer)
{
    private readonly int _count = Math.Min(tokenizer.VocabularySize, model.Config.VocabularySize);

    /// <summary>The mean norm of the embeddings; known after <see cref="Report"/>.</summary>
    public double MeanNorm { get; private set; }

    /// <summary>What is near each row.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="start">Of the same shape; null where it is not known.</param>
    /// <param name="nearest">How many tokens.</param>
    public PromptRowReport[] Report(SoftPrompt prompt, SoftPrompt? start, int nearest)
    {
        int most = Math.Min(nearest, _count);
        (long[] byCosine, long[] byDistance) = model.Run(() => Find(prompt, most));
        return [.. Enumerable.Range(0, prompt.Length).Select(row => new PromptRowReport
        {
            Row = row,
            Norm = Norm(prompt.Row(row)),
            Moved = start is null ? null : Distance(prompt.Row(row), start.Row(row)),
            StartCosine = start is null ? null : Cosine(prompt.Row(row), start.Row(row)),
            ByCosine = [.. Tokens(prompt, row, byCosine.AsSpan(row * most, most)).OrderByDescending(token => token.Cosine)],
            ByDistance = [.. Tokens(prompt, row, byDistance.AsSpan(row * most, most)).OrderBy(token => token.Distance)],
        })];
    }

    // The ids only: which they are. How near they are is computed again without the rounding of large products.
    private (long[] ByCosine, long[] ByDistance) Find(SoftPrompt prompt, int most)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor table = model.Weights[T5Layout.Shared].narrow(0, 0, _count).to(ScalarType.Float32); // [V, d]
        Tensor rows = PromptTensor.From(prompt.Values.Span, prompt.Length, prompt.Dim, model.Device); // [L, d]
        Tensor squares = table.Squared().sum(1); // [V]
        Tensor products = rows.matmul(table.t()); // [L, V]
        Tensor norms = squares.sqrt();
        using Scalar least = 1e-30, minusTwo = -2;
        MeanNorm = norms.mean().cpu().item<float>();
        Tensor cosines = products / norms.clamp_min(least); // times the row's norm
        Tensor distances = squares.Plus(products * minusTwo); // squared, less the row's square
        return (Ids(cosines.topk(most, 1).indexes), Ids(distances.topk(most, 1, largest: false).indexes));
    }

    private NearestToken[] Tokens(SoftPrompt prompt, int row, ReadOnlySpan<long> ids)
    {
        int dim = prompt.Dim;
        long[] chosen = ids.ToArray();
        float[] embeddings = model.Run(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            return model.Embed(tensor(chosen, [1, chosen.Length], device: model.Device)).to(ScalarType.Float32).cpu().data<float>().ToArray();
        });
        return [.. chosen.Select((id, i) => new NearestToken(
            (int)id, tokenizer.Piece((int)id), Cosine(prompt.Row(row), embeddings.AsSpan(i * dim, dim)), Distance(prompt.Row(row), embeddings.AsSpan(i * dim, dim))))];
    }

    private static long[] Ids(Tensor indices) => indices.cpu().contiguous().data<long>().ToArray();

    private static double Norm(ReadOnlySpan<float> row) => Math.Sqrt(Dot(row, row));

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double norms = Norm(a) * Norm(b);
        return norms > 0 ? Dot(a, b) / norms : 0;
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double difference = (double)a[i] - b[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }
}
