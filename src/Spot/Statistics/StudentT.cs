namespace Spot.Statistics;

/// <summary>Student's t distribution, as far as a test of a correlation needs it.</summary>
internal static class StudentT
{
    /// <summary>More than the continued fraction takes for any number of points that fits in memory: it needs some √freedom terms.</summary>
    private const int MostTerms = 200_000;

    /// <summary>Far below every partial quotient; keeps a division by a vanishing one finite (Lentz).</summary>
    private const double Tiny = 1e-300;

    /// <summary>P(|T| ≥ |t|) for t = r √(freedom / (1 − r²)), which is the regularised incomplete beta function I(1 − r²; freedom/2, 1/2).</summary>
    /// <param name="r">A correlation, −1 … 1.</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    internal static double TwoSided(double r, int freedom)
    {
        r = Math.Abs(r);
        if (r is 0 or 1)
        {
            return 1 - r;
        }

        // 1 − r² as written loses digits near r = 1, and its logarithm does near r = 0.
        double a = freedom / 2.0, rest = (1 - r) * (1 + r);
        double logRest = r < 0.5 ? LogOnePlus(-r * r) : Math.Log(rest);
        double logFront = (a * logRest) + Math.Log(r) + Math.Log(GammaRatio(freedom) / Math.Sqrt(Math.PI));

        // The fraction converges fast on one side of the distribution's mean; the other side is the complement.
        return rest < (a + 1) / (a + 2.5)
            ? Math.Min(1, Math.Exp(logFront - Math.Log(a)) * Fraction(rest, a, 0.5))
            : 1 - (2 * Math.Exp(logFront) * Fraction(r * r, 0.5, a));
    }

    /// <summary>Γ(a + 1/2) / Γ(a) for a = twice / 2.</summary>
    private static double GammaRatio(int twice)
    {
        // ratio(a) ratio(a + 1/2) = Γ(a + 1) / Γ(a) = a, from ratio(1/2) = 1 / √π.
        if (twice <= 200)
        {
            double ratio = 1 / Math.Sqrt(Math.PI);
            for (int m = 1; m < twice; m++)
            {
                ratio = m / 2.0 / ratio;
            }

            return ratio;
        }

        // The asymptotic series; its next term is below 2e-13.
        double a = twice / 2.0, s = 1 / a;
        return Math.Sqrt(a) * (1 + (s * ((-1 / 8.0) + (s * ((1 / 128.0) + (s * ((5 / 1024.0) - (s * 21 / 32768))))))));
    }

    /// <summary>The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by Lentz's method.</summary>
    private static double Fraction(double x, double a, double b)
    {
        double c = 1, d = 1 / AwayFromZero(1 - ((a + b) * x / (a + 1))), value = d;
        for (int m = 1; m <= MostTerms; m++)
        {
            double even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / AwayFromZero(1 + (even * d));
            c = AwayFromZero(1 + (even / c));
            value *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / AwayFromZero(1 + (odd * d));
            c = AwayFromZero(1 + (odd / c));
            value *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-15)
            {
                break;
            }
        }

        return value;
    }

    private static double AwayFromZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    /// <summary>ln(1 + x) without the digits that the sum 1 + x loses (Kahan).</summary>
    private static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * x / (sum - 1);
    }
}
