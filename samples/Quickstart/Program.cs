using TorchSharp;
Spot.Backbone.TorchRuntime.EnsureLoaded();
Console.WriteLine(torch.ones(3, 3).sum().item<float>());
var g = new torch.Generator(3);
Console.WriteLine(typeof(torch).Assembly.FullName + " threads " + torch.get_num_threads());
return 0;
