using System.Collections.Concurrent;
using Spot.Backbone;

namespace Spot.Tests.Backbone;

/// <summary>Phases whose pieces several threads take.</summary>
public class KernelTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_piece_is_done_once_and_after_all_of_the_phase_before(int threads)
    {
        int[] pieces = [3, 0, 50, 1, 17];
        for (int run = 0; run < 200; run++)
        {
            ConcurrentQueue<(int Phase, int Piece)> done = [];
            KernelTeam.Run(pieces, threads, (phase, piece) => done.Enqueue((phase, piece)));
            Assert.Equal(pieces.Sum(), done.Distinct().Count());
            Assert.Equal(done.Select(work => work.Phase).Order(), done.Select(work => work.Phase));
            Assert.Equal(pieces.Sum(), done.Count);
        }
    }

    [Fact]
    public void What_a_piece_throws_reaches_the_caller()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => KernelTeam.Run([4, 4], 2, (phase, piece) =>
        {
            if (phase == 0 && piece == 2)
            {
                throw new ArithmeticException("piece 2");
            }
        }));
        Assert.IsType<ArithmeticException>(error.InnerException);
    }
}
