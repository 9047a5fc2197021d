using System.Runtime.Intrinsics;

namespace Spot.Backbone;

/// <summary>
/// The output projection of a step, cut into phases of pieces that threads share. Where only the best scores of a row are wanted, a copy of the head in
/// 8 bits tells which can be among them, and the others are −∞; those that are computed are the same to the bit.
/// </summary>
/// <remarks>With the upper bound of every score in its place, those below the k-th largest of the blocks' largest lower bounds are left out: at least k scores reach that.</remarks>
/// <param name="head">The weights.</param>
/// <param name="codes">Their copy, where it is wanted; null for none.</param>
internal sealed unsafe class HeadPhases(FewRowMatrix head, Func<HeadCodes?> codes)
{
    private const int PerPiece = HeadCodes.Block, Lanes = 16;
    private readonly List<int> _scanned = [], _listed = []; // rows by what is wanted of them; all scores of the others
    private HeadCodes? _codes;
    private WantedScores[] _wanted = [];
    private bool[] _all = []; // whether all scores of a row are wanted
    private HeadState[] _states = []; // [scanned]
    private short[] _weights = []; // [scanned, d]
    private float[] _lower = []; // [blocks, scanned]
    private float[] _least = []; // scores of a row that cannot reach this are left out [rows]
    private float* _x, _scores;

    // The last one takes what is left, so that no piece is smaller than a tile.
    private int Pieces => Math.Max(1, head.Outputs / PerPiece);

    /// <summary>Begins a step.</summary>
    /// <param name="x">The decoder's states, arranged as the weights' lanes are. Read when the phases are done. // [rows, d]</param>
    /// <param name="wanted">Which scores of each row.</param>
    /// <param name="scores">Takes the scores. // [rows, vocabulary]</param>
    /// <returns>The pieces of each phase.</returns>
    public int[] Begin(float* x, ReadOnlySpan<WantedScores> wanted, float* scores)
    {
        _x = x;
        _scores = scores;
        (_wanted, _all) = (wanted.ToArray(), new bool[wanted.Length]);
        _scanned.Clear();
        _listed.Clear();
        for (int row = 0; row < _wanted.Length; row++)
        {
            Sort(row);
        }

        Reserve();
        return [_scanned.Count + _listed.Count, _scanned.Count == 0 ? 0 : _codes!.Blocks, _scanned.Count, Pieces];
    }

    /// <summary>Does a piece of a phase.</summary>
    public void Do(int phase, int piece)
    {
        switch (phase)
        {
            case 0 when piece < _scanned.Count: Copy(piece); break;
            case 0: Mark(_listed[piece - _scanned.Count]); break;
            case 1: Scan(piece); break;
            case 2: Choose(piece); break;
            default: Finish(piece); break;
        }
    }

    private void Sort(int row)
    {
        WantedScores wanted = _wanted[row];
        if (wanted.Ids is { } ids && ids.Length <= head.Outputs / Lanes)
        {
            _listed.Add(row);
        }
        else if (wanted.Count > 0 && (_codes ??= codes()) is { } made && wanted.Count <= made.Blocks)
        {
            _scanned.Add(row);
        }
        else
        {
            _all[row] = true;
        }
    }

    private void Reserve()
    {
        int blocks = _codes?.Blocks ?? 0;
        if (_least.Length < _wanted.Length)
        {
            _least = new float[_wanted.Length];
        }

        if (_states.Length < _scanned.Count)
        {
            _states = new HeadState[_scanned.Count];
            _weights = new short[_scanned.Count * head.Inputs];
            _lower = new float[_scanned.Count * blocks];
        }
    }

    private Span<float> Scores(int row) => new(_scores + ((nint)row * head.Outputs), head.Outputs);

    private void Copy(int index)
    {
        int row = _scanned[index], d = head.Inputs;
        _states[index] = HeadState.Write(new ReadOnlySpan<float>(_x + ((nint)row * d), d), _codes!.LargestNorm, _weights.AsSpan(index * d, d));
        Scores(row)[(_codes.Blocks * PerPiece)..].Fill(float.PositiveInfinity); // behind the last block nothing is known
    }

    // Its tokens are all that is computed.
    private void Mark(int row)
    {
        Span<float> scores = Scores(row);
        scores.Fill(float.NegativeInfinity);
        foreach (int id in _wanted[row].Ids!)
        {
            scores[id] = float.PositiveInfinity;
        }

        _least[row] = float.PositiveInfinity;
    }

    private void Scan(int block)
    {
        int count = _scanned.Count;
        Span<nint> upper = stackalloc nint[count];
        for (int i = 0; i < count; i++)
        {
            upper[i] = (nint)(_scores + ((nint)_scanned[i] * head.Outputs) + (block * PerPiece));
        }

        fixed (short* weights = _weights)
        {
            _codes!.Scan(block, weights, _states.AsSpan(0, count), upper, _lower.AsSpan(block * count, count));
        }
    }

    private void Choose(int index)
    {
        int count = _scanned.Count, row = _scanned[index];
        float[] lower = new float[_codes!.Blocks];
        for (int block = 0; block < lower.Length; block++)
        {
            lower[block] = _lower[(block * count) + index];
        }

        Array.Sort(lower);
        _least[row] = float.IsNaN(lower[0]) ? float.NaN : lower[^_wanted[row].Count];
    }

    private void Finish(int piece)
    {
        int first = piece * PerPiece, end = piece == Pieces - 1 ? head.Outputs : first + PerPiece;
        for (int row = 0, next; row < _wanted.Length; row = next)
        {
            next = row + 1;
            if (!_all[row])
            {
                Complete(row, first, end);
                continue;
            }

            while (next < _wanted.Length && _all[next])
            {
                next++;
            }

            Multiply(row, next - row, first, end);
        }
    }

    private void Complete(int row, int first, int end)
    {
        float least = _least[row];
        float* scores = _scores + ((nint)row * head.Outputs);
        Vector512<float> limit = Vector512.Create(least), none = Vector512.Create(float.NegativeInfinity);
        int i = first;
        for (; i + Lanes <= end; i += Lanes)
        {
            if (Vector512.LessThanAll(Vector512.Load(scores + i), limit))
            {
                none.Store(scores + i);
            }
            else
            {
                CompleteTiles(row, i, i + Lanes, scores, least);
            }
        }

        CompleteTiles(row, i, end, scores, least);
    }

    private void CompleteTiles(int row, int first, int end, float* scores, float least)
    {
        for (int tile = first; tile < end; tile += FewRowProducts.Tile)
        {
            int count = Math.Min(FewRowProducts.Tile, end - tile), left = 0;
            while (left < count && scores[tile + left] < least) // false where either is NaN
            {
                left++;
            }

            if (left == count)
            {
                new Span<float>(scores + tile, count).Fill(float.NegativeInfinity);
            }
            else
            {
                Multiply(row, 1, tile, tile + count);
            }
        }
    }

    private void Multiply(int row, int rows, int first, int end) => FewRowProducts.Multiply(
        head, first, end, _x + ((nint)row * head.Inputs), rows, _scores + ((nint)row * head.Outputs), head.Outputs, add: false);
}
