using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// Scores all targets of a tree in one pass of the decoder: the nodes are the queries, a node's position is its depth, and it sees its ancestors and
/// itself alone. What targets have in common is computed once, and an input's keys and values serve all of them.
/// </summary>
internal static class TreeScores
{
    private const int TokensAtOnce = 128; // whose scores of the vocabulary are in memory

    /// <summary>The log-likelihood of every target for every row, in as many passes as it takes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoded">The encoded rows.</param>
    /// <param name="trees">The targets.</param>
    /// <returns>By row, then by target, in nats, at most 0; NaN where the model computed NaN.</returns>
    public static double[][] Run(FrozenT5 model, EncodedBatch encoded, IReadOnlyList<TargetTree> trees)
    {
        double[][] scores = [.. Enumerable.Range(0, (int)encoded.States.size(0)).Select(_ => new double[trees.Sum(tree => tree.Targets.Count)])];
        foreach ((TargetTree tree, int[] rows) in trees.SelectMany(tree => Enumerable.Range(0, scores.Length).Chunk(tree.RowsPerPass).Select(rows => (tree, rows))))
        {
            using DisposeScope scope = NewDisposeScope();
            double[][] found = Pass(model, rows.Length == scores.Length ? encoded : encoded.Rows(rows), tree);
            foreach ((int row, double[] own) in rows.Zip(found))
            {
                foreach (((int target, _, _), double score) in tree.Targets.Zip(own))
                {
                    scores[row][target] = score;
                }
            }
        }

        return scores;
    }

    /// <summary>The log-likelihood of the targets of one tree, for as many rows as a pass takes.</summary>
    /// <returns>By row, then in the order of the tree's targets.</returns>
    public static double[][] Pass(FrozenT5 model, EncodedBatch encoded, TargetTree tree)
    {
        using DisposeScope scope = NewDisposeScope();
        int rows = (int)encoded.States.size(0), nodes = tree.Tokens.Count;
        Tensor ids = tensor([.. tree.Tokens.Select(token => (long)token)], [1, nodes], device: model.Device);
        Tensor states = model.Decoder.Forward(model.Embed(ids).expand(rows, -1, -1), encoded.States, encoded.Mask, null, bias: Bias(model, tree)); // [rows, nodes, d]
        (int Place, int Token)[] choices = [.. Enumerable.Range(0, rows).SelectMany(row => tree.Choices.Select(choice => ((row * nodes) + choice.Node, choice.Token)))];
        double[] logs = LogProbabilities(model, states.reshape(-1, states.size(2)), choices);
        return [.. Enumerable.Range(0, rows).Select(row =>
            tree.Targets.Select(target => target.Choices.Sum(choice => logs[(row * tree.Choices.Count) + choice])).ToArray())];
    }

    // Position bias where a node sees another one, −∞ where not. [1, heads, nodes, nodes]
    private static Tensor Bias(FrozenT5 model, TargetTree tree)
    {
        int nodes = tree.Tokens.Count;
        long[] buckets = new long[nodes * nodes];
        float[] mask = new float[nodes * nodes];
        Array.Fill(mask, float.NegativeInfinity);
        for (int node = 0; node < nodes; node++)
        {
            for (int seen = node; seen >= 0; seen = tree.Parents[seen])
            {
                int place = (node * nodes) + seen;
                buckets[place] = RelativePosition.Bucket(
                    tree.Depths[seen] - tree.Depths[node], bidirectional: false, model.Config.RelativeBuckets, model.Config.RelativeMaxDistance);
                mask[place] = 0;
            }
        }

        Tensor bias = model.Weights[T5Layout.Bias("decoder")].index_select(0, tensor(buckets, device: model.Device)).t(); // [heads, nodes * nodes]
        return bias.Plus(tensor(mask, device: model.Device)).contiguous().view(1, -1, nodes, nodes);
    }

    // Of each choice: a token behind one of the states.
    private static double[] LogProbabilities(FrozenT5 model, Tensor states, (int Place, int Token)[] choices)
    {
        double[] logs = new double[choices.Length];
        for (int first = 0; first < states.size(0); first += TokensAtOnce)
        {
            using DisposeScope scope = NewDisposeScope();
            int count = (int)Math.Min(TokensAtOnce, states.size(0) - first);
            int[] here = [.. Enumerable.Range(0, choices.Length).Where(i => choices[i].Place >= first && choices[i].Place < first + count)];
            Tensor scores = model.LogitColumns(states.narrow(0, first, count)).contiguous(); // [vocabulary, count]
            float[] logZ = CpuKernels.Support(model.Config, model.Device)
                ? CrossEntropyKernel.LogSums(scores)
                : scores.logsumexp(0).cpu().data<float>().ToArray();
            long[] places = [.. here.Select(i => ((long)choices[i].Token * count) + choices[i].Place - first)];
            float[] chosen = scores.view(-1).index_select(0, tensor(places, device: model.Device)).cpu().data<float>().ToArray();
            foreach ((int i, float score) in here.Zip(chosen))
            {
                logs[i] = score - logZ[choices[i].Place - first];
            }
        }

        return logs;
    }
}
