using Spot.Backbone;

namespace Spot.Inference;

/// <summary>An answer, or the beams of one, that is being written.</summary>
/// <param name="job">Whose it is.</param>
/// <param name="row">The encoded input, which is held until the answer is written: with it what failed can be computed again.</param>
/// <param name="decoding">What chooses the tokens.</param>
internal sealed class ActiveDecoding(GenerationJob job, Shared<EncodedRow> row, IDecoding decoding)
{
    public GenerationJob Job => job;

    public Shared<EncodedRow> Row => row;

    public IDecoding Decoding => decoding;

    /// <summary>Its rows in the batch.</summary>
    public int Rows => decoding.Tokens.Count;

    /// <summary>The tokens that each of its rows has written.</summary>
    public int Written => decoding.Prefixes[0].Count;

    /// <summary>Whether it is written, or went wrong.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Takes a step. What goes wrong here is the request's own.</summary>
    /// <param name="logits">Scores of the vocabulary for each of its rows. // [rows, vocabulary]</param>
    /// <returns>The row that each row of the next step continues; empty when it is done.</returns>
    public int[] Advance(Span<float> logits)
    {
        try
        {
            int[] parents = decoding.Advance(logits);
            if (parents.Length == 0)
            {
                IsDone = true;
                job.Done();
            }

            return parents;
        }
        catch (Exception exception)
        {
            IsDone = true;
            job.Fail(exception);
            return [];
        }
    }

    /// <summary>Adds the rows of some answers to a batch; in a dispose scope.</summary>
    public static void AddTo(DecodingBatch batch, IReadOnlyList<ActiveDecoding> decodings)
    {
        ActiveDecoding[] owners = [.. decodings.SelectMany(active => Enumerable.Repeat(active, active.Rows))]; // by row
        EncodedRow[] rows = [.. owners.Select(active => active.Row.Value)];
        batch.Add(EncodedRows.Stack(rows), [.. rows.Select(row => row.Length)], [.. owners.Select(active => active.Job.MostTokens)]);
    }

    /// <summary>A new batch in which some answers stand where they are: all of their tokens are read again but the newest. In a dispose scope.</summary>
    /// <param name="model">The model.</param>
    /// <param name="decodings">The answers, at least one; those that have written most come first.</param>
    public static DecodingBatch Replay(FrozenT5 model, IReadOnlyList<ActiveDecoding> decodings)
    {
        DecodingBatch batch = new(model);
        try
        {
            List<ActiveDecoding> reading = [];
            for (int left = decodings[0].Written; left >= 0; left--)
            {
                ActiveDecoding[] joining = [.. decodings.Where(active => active.Written == left)];
                if (joining.Length > 0)
                {
                    AddTo(batch, joining);
                    reading.AddRange(joining);
                }

                if (left > 0)
                {
                    batch.Step([.. reading.SelectMany(active => active.TokensAt(active.Written - left))]).Dispose();
                }
            }

            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    // What its rows read at a place: the start, then what they wrote.
    private IEnumerable<int> TokensAt(int place) => decoding.Prefixes.Select(prefix => place == 0 ? job.StartId : prefix[place - 1]);
}
