using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Spot.Tests.Packaging;

/// <summary>The C# of docs/observability.md; change both together.</summary>
internal static class ObservabilitySnippets
{
    public static void Listen(HostApplicationBuilder builder)
    {
        using MeterListener meters = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Spot")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, state) => Console.WriteLine($"{instrument.Name} {value} {instrument.Unit}"));
        meters.Start();

        builder.Logging.AddFilter("Spot", LogLevel.Information).AddFilter("Spot.Tuning", LogLevel.Warning);
    }
}
