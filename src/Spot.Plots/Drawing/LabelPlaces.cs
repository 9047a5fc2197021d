using SkiaSharp;

namespace Spot.Plots.Drawing;

/// <summary>Finds places for words beside marks where they cover neither marks nor each other.</summary>
/// <param name="within">Where words may stand.</param>
/// <param name="marks">The middles of all marks.</param>
/// <param name="radius">The half of a mark's size.</param>
internal sealed class LabelPlaces(SKRect within, IEnumerable<SKPoint> marks, float radius)
{
    private const float Gap = 2;
    private readonly List<SKRect> _taken = [.. marks.Select(mark => new SKRect(mark.X - radius, mark.Y - radius, mark.X + radius, mark.Y + radius))];

    /// <summary>Takes the first free place of below, above and beside a mark, to its right if possible.</summary>
    /// <returns>The place; null where there is none.</returns>
    internal SKRect? Take(SKPoint mark, float width, float height)
    {
        float right = mark.X + radius + Gap, left = mark.X - radius - Gap - width;
        float below = mark.Y + Gap, above = mark.Y - Gap - height, beside = mark.Y - (height / 2);
        foreach ((float x, float y) in (ReadOnlySpan<(float, float)>)[(right, below), (right, above), (left, below), (left, above), (right, beside), (left, beside)])
        {
            SKRect place = new(x, y, x + width, y + height);
            if (within.Contains(place) && !_taken.Exists(taken => taken.IntersectsWith(place)))
            {
                _taken.Add(place);
                return place;
            }
        }

        return null;
    }
}
