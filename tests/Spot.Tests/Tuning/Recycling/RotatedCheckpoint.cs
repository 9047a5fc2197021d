using Spot.Backbone;
using Spot.Serialization;
using Spot.Tests.Backbone;

namespace Spot.Tests.Tuning;

/// <summary>A checkpoint whose inner space is turned: it computes the same from turned embeddings, since the norms of a <see cref="RandomCheckpoint"/> weigh all columns alike.</summary>
internal static class RotatedCheckpoint
{
    /// <summary>Writes it.</summary>
    /// <param name="from">A folder that <see cref="RandomCheckpoint"/> wrote.</param>
    /// <param name="folder">The folder, made.</param>
    /// <returns>The rotation: a row x of the one is x · Q of the other. // [d][d]</returns>
    public static double[][] Write(string from, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in new[] { "spiece.model", "config.json" })
        {
            File.Copy(Path.Combine(from, name), Path.Combine(folder, name));
        }

        T5Config config = T5Config.Load(Path.Combine(from, "config.json"));
        double[][] q = Orthogonal(config.Dim);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(from, "model.safetensors"));
        SafetensorsEntry[] tensors = [.. file.Tensors.Values.Select(tensor => SafetensorsEntry.Over(
            tensor.Name, [.. tensor.Shape], Turn(tensor.Name, file.ReadFloats(tensor.Name), [.. tensor.Shape], q)))];
        AtomicFile.Write(Path.Combine(folder, "model.safetensors"), stream => SafetensorsWriter.Write(stream, tensors));
        return q;
    }

    /// <summary>x · Q.</summary>
    public static double[] Turn(IReadOnlyList<float> row, double[][] q) => [.. Enumerable.Range(0, q.Length).Select(j => Enumerable.Range(0, q.Length).Sum(i => row[i] * q[i][j]))];

    // What reads the space is turned with it, what writes it too; attention's position bias and norms stay.
    private static float[] Turn(string name, float[] values, long[] shape, double[][] q)
    {
        bool writes = name.EndsWith(".o.weight", StringComparison.Ordinal) || name.EndsWith(".wo.weight", StringComparison.Ordinal);
        if (shape.Length == 1 || name.Contains("relative_attention_bias", StringComparison.Ordinal))
        {
            return values;
        }

        if (!writes)
        {
            return [.. values.Chunk(q.Length).SelectMany(row => Turn(row, q)).Select(value => (float)value)];
        }

        // [d, n]: Q' W
        int n = (int)shape[1];
        float[] turned = new float[values.Length];
        for (int i = 0; i < q.Length; i++)
        {
            for (int column = 0; column < n; column++)
            {
                turned[(i * n) + column] = (float)Enumerable.Range(0, q.Length).Sum(k => q[k][i] * values[(k * n) + column]);
            }
        }

        return turned;
    }

    // Gram-Schmidt on random rows.
    private static double[][] Orthogonal(int dim)
    {
        double[][] rows = [.. NumberStream.Uniform("rotation", dim * dim, 1).Chunk(dim).Select(row => row.Select(value => (double)value).ToArray())];
        for (int i = 0; i < dim; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double along = rows[i].Zip(rows[j], (a, b) => a * b).Sum();
                rows[i] = [.. rows[i].Zip(rows[j], (a, b) => a - (along * b))];
            }

            double norm = Math.Sqrt(rows[i].Sum(value => value * value));
            rows[i] = [.. rows[i].Select(value => value / norm)];
        }

        return rows;
    }
}
