using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Spot.Benchmarks;
using Spot.Benchmarks.Inference;
using Spot.Benchmarks.Library;
using Spot.Benchmarks.Serving;

if (args is ["ratios", ..])
{
    return Ratios.Run(args[1..]);
}

if (args is ["soak", ..])
{
    return await SoakCommand.RunAsync(args[1..]);
}

if (args is ["load", "stop", ..])
{
    return await LoadStopCommand.RunAsync(args[2..]);
}

if (args is ["load", ..])
{
    return await LoadCommand.RunAsync(args[1..]);
}

if (args is ["database", ..])
{
    return await DatabaseCommand.RunAsync(args[1..]);
}

// In this process: a generated project would copy libtorch once more.
IConfig config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromAssembly(typeof(Ratios).Assembly).Run(args, config);
return 0;
