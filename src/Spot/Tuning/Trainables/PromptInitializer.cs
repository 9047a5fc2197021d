using Spot.Backbone;
using Spot.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Gives a prompt its first values (prompt tuning §3.2, SPoT appendix C).</summary>
internal sealed class PromptInitializer(FrozenT5 model, T5Tokenizer tokenizer)
{
    /// <param name="options">Which initialisation, length and seed.</param>
    /// <param name="labels">The task's label words.</param>
    /// <returns>length × d values, row by row.</returns>
    /// <exception cref="ArgumentException">Class labels are asked for, but the task has none.</exception>
    public float[] Create(TuningOptions options, IReadOnlyList<string> labels)
    {
        SplitMix64 random = SplitMix64.For("initialisation", options.Seed);
        switch (options.Initialization)
        {
            case PromptInitialization.RandomUniform:
                return Uniform(options.PromptLength, -0.5, ref random);
            case PromptInitialization.RandomUniformPositive:
                return Uniform(options.PromptLength, 0, ref random);
            case PromptInitialization.ClassLabels when labels.Count == 0:
                throw new ArgumentException("Initialization is ClassLabels, but the task has no labels; use SampledVocabulary or Text.");
        }

        float[] values = Sampled(options, ref random);
        if (options.Initialization == PromptInitialization.ClassLabels)
        {
            WriteLabels(labels, values);
        }
        else if (options.Initialization == PromptInitialization.Text)
        {
            float[] text = Embeddings(tokenizer.EncodeToIds(options.InitialText!));
            text.AsSpan(0, Math.Min(text.Length, values.Length)).CopyTo(values);
        }

        return values;
    }

    /// <summary>The values that a run from a prompt begins with.</summary>
    /// <param name="start">The prompt.</param>
    /// <param name="options">Whether its first rows are exchanged for those of the labels.</param>
    /// <param name="labels">The task's label words; none to leave the prompt as it is.</param>
    /// <returns>As many values as the prompt has, row by row.</returns>
    public float[] From(SoftPrompt start, TuningOptions options, IReadOnlyList<string> labels)
    {
        float[] values = start.Values.ToArray();
        if (options.OverwriteWithLabelRows)
        {
            WriteLabels(labels, values);
        }

        return values;
    }

    // The first rows become the means of the labels' tokens, as far as there are rows.
    private void WriteLabels(IReadOnlyList<string> labels, float[] values)
    {
        int dim = model.Config.Dim;
        for (int row = 0; row < Math.Min(labels.Count, values.Length / dim); row++)
        {
            MeanRow(Embeddings(tokenizer.EncodeToIds(labels[row])), dim).CopyTo(values, row * dim);
        }
    }

    // Without replacement from the most common tokens, the lowest ids, control ids included as in the released code.
    private float[] Sampled(TuningOptions options, ref SplitMix64 random)
    {
        int population = Math.Min(options.SampledVocabularySize, model.Config.VocabularySize);
        int[] ids = new int[options.PromptLength];
        if (ids.Length > population)
        {
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i] = random.Next(population);
            }

            return Embeddings(ids);
        }

        int[] all = [.. Enumerable.Range(0, population)];
        for (int i = 0; i < ids.Length; i++)
        {
            int j = i + random.Next(population - i);
            (all[i], all[j]) = (all[j], all[i]);
            ids[i] = all[i];
        }

        return Embeddings(ids);
    }

    private float[] Uniform(int length, double least, ref SplitMix64 random)
    {
        float[] values = new float[length * model.Config.Dim];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(least + (random.NextDouble() * (0.5 - least)));
        }

        return values;
    }

    private float[] Embeddings(IReadOnlyList<int> ids)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        return model.Run(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            Tensor rows = model.Embed(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count], device: model.Device));
            return rows.to(ScalarType.Float32).cpu().data<float>().ToArray();
        });
    }

    private static float[] MeanRow(float[] rows, int dim)
    {
        float[] mean = new float[dim];
        int count = rows.Length / dim;
        for (int i = 0; i < rows.Length; i++)
        {
            mean[i % dim] += rows[i] / count;
        }

        return mean;
    }
}
