using Spot.Cli;

return await SpotTool.RunAsync(args, Terminal.OfProcess());
