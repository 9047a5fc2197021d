using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The loss of target tokens and its gradient, in place of their scores: two passes over memory where automatic differentiation takes eight.</summary>
/// <remarks>Float32 on the CPU; sums over the vocabulary are cut the same way whatever the number of threads.</remarks>
internal static class CrossEntropyKernel
{
    private const int Lanes = TensorLanes.Count;
    private const int PerPiece = 256;

    /// <summary>Computes Σ (cross-entropy + z · (log Z)²), times <paramref name="lossScale"/>, and its gradient.</summary>
    /// <param name="scores">Becomes the gradient. Contiguous, float32. // [vocabulary, tokens]</param>
    /// <param name="ids">The right id of every token. // [tokens]</param>
    /// <param name="z">z.</param>
    /// <param name="lossScale">The factor of the gradient.</param>
    /// <param name="losses">Takes the cross-entropy of every token; may be empty. // [tokens]</param>
    /// <returns>Σ cross-entropy, without z-loss and lossScale.</returns>
    public static double ForwardBackward(Tensor scores, ReadOnlySpan<long> ids, double z, double lossScale, Span<double> losses = default)
    {
        int vocabulary = (int)scores.size(0), tokens = ids.Length;
        float[] chosen = new float[tokens], logZ = LogSums(scores);
        Span<float> values = MemoryMarshal.Cast<byte, float>(scores.bytes);
        for (int token = 0; token < tokens; token++)
        {
            chosen[token] = values[(int)((ids[token] * tokens) + token)];
        }

        float[] slopes = [.. logZ.Select(log => (float)(lossScale * (1 + (2 * z * log))))]; // ∂(log Z + z (log Z)²) / ∂ log Z
        Probabilities(scores, vocabulary, logZ, slopes);
        double loss = 0;
        for (int token = 0; token < tokens; token++)
        {
            values[(int)((ids[token] * tokens) + token)] -= (float)lossScale;
            double own = logZ[token] - chosen[token];
            loss += own;
            if (!losses.IsEmpty)
            {
                losses[token] = own;
            }
        }

        return loss;
    }

    /// <summary>log Z of every token.</summary>
    /// <param name="scores">Contiguous, float32. // [vocabulary, tokens]</param>
    /// <returns>// [tokens]</returns>
    public static float[] LogSums(Tensor scores)
    {
        int vocabulary = (int)scores.size(0), tokens = (int)scores.size(1), pieces = (vocabulary + PerPiece - 1) / PerPiece;
        float[] logZ = new float[tokens], largest = new float[pieces * tokens], sums = new float[pieces * tokens];
        TensorLanes allScores = new(scores);
        KernelRows.For(pieces, 1, piece =>
        {
            TensorLanes s = allScores;
            int first = (int)piece * PerPiece, end = Math.Min(vocabulary, first + PerPiece);
            for (int token = 0; token < tokens; token += Lanes)
            {
                int left = tokens - token;
                Vector512<float> most = Vector512.Create(float.NegativeInfinity), sum = Vector512<float>.Zero;
                for (nint row = first; row < end; row++)
                {
                    most = Vector512.MaxNative(most, s.Load((row * tokens) + token, left, 0));
                }

                for (nint row = first; row < end; row++)
                {
                    sum += Exponential.Of(s.Load((row * tokens) + token, left, 0) - most);
                }

                Copy(most, largest, ((int)piece * tokens) + token, left);
                Copy(sum, sums, ((int)piece * tokens) + token, left);
            }
        });

        for (int token = 0; token < tokens; token++)
        {
            float most = float.NegativeInfinity;
            for (int piece = 0; piece < pieces; piece++)
            {
                most = MathF.Max(most, largest[(piece * tokens) + token]);
            }

            double sum = 0;
            for (int piece = 0; piece < pieces; piece++)
            {
                sum += sums[(piece * tokens) + token] * Math.Exp(largest[(piece * tokens) + token] - most);
            }

            logZ[token] = (float)(most + Math.Log(sum));
        }

        return logZ;
    }

    // scores = slope · e^(scores − log Z)
    private static void Probabilities(Tensor scores, int vocabulary, float[] logZ, float[] slopes)
    {
        int tokens = logZ.Length;
        TensorLanes allScores = new(scores);
        float[] paddedLogs = Padded(logZ), paddedSlopes = Padded(slopes);
        KernelRows.For((vocabulary + PerPiece - 1) / PerPiece, 1, piece =>
        {
            TensorLanes s = allScores;
            int first = (int)piece * PerPiece, end = Math.Min(vocabulary, first + PerPiece);
            for (int token = 0; token < tokens; token += Lanes)
            {
                int left = tokens - token;
                Vector512<float> log = Vector512.Create(paddedLogs, token), slope = Vector512.Create(paddedSlopes, token);
                for (nint row = first; row < end; row++)
                {
                    nint at = (row * tokens) + token;
                    s.Store(at, left, Exponential.Of(s.Load(at, left, 0) - log) * slope);
                }
            }
        });
    }

    private static float[] Padded(float[] values)
    {
        float[] padded = new float[TensorLanes.Padded(values.Length)];
        values.CopyTo(padded, 0);
        return padded;
    }

    private static void Copy(Vector512<float> values, float[] to, int at, int left)
    {
        for (int i = 0; i < Math.Min(left, Lanes); i++)
        {
            to[at + i] = values[i];
        }
    }
}
