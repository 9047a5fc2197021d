using System.CommandLine;
using Spectre.Console;
using Spot;
using Spot.Samples.Pretrain;

string bundled = Path.Combine(AppContext.BaseDirectory, "models", "spot-tiny");
Option<string> data = new("--data") { Description = "Folder of data sets and of 'corpus' with raw text", Required = true, Recursive = true };
Option<string> model = new("--model") { Description = "Folder of the T5 checkpoint to begin with, or to evaluate", DefaultValueFactory = _ => bundled, Recursive = true };
Option<bool> fresh = new("--fresh") { Description = "Begin with new blocks; only embeddings, configuration and vocabulary are the model's" };
Option<string> output = new("--output") { Description = "Folder for the new checkpoint; must not exist or be empty", Required = true };
Option<string> run = new("--run") { Description = "Folder that keeps the run's checkpoint and history; a run that stopped goes on from there", Required = true };
Option<int> steps = new("--steps") { Description = "Steps in all; may be changed when a run goes on, until the rate decays", DefaultValueFactory = _ => 3000 };
Option<int> decay = new("--decay-steps") { Description = "The last steps, over which the learning rate falls to 0", DefaultValueFactory = _ => 800 };
Option<int> batch = new("--batch") { Description = "Examples per step", DefaultValueFactory = _ => 128 };
Option<double> rate = new("--rate") { Description = "Learning rate, relative to the size of each parameter", DefaultValueFactory = _ => 0.006 };
Option<int> prompt = new("--prompt-length") { Description = "Rows of the prompt that each task has in training; 0 for none", DefaultValueFactory = _ => 10 };
Option<double> minutes = new("--minutes") { Description = "Stop after so many minutes and keep the run for later", DefaultValueFactory = _ => 120 };
RootCommand root = new("Trains a small T5 that soft prompts can steer, from a folder of data, or measures one.") { data, model, fresh, output, run, steps, decay, batch, rate, prompt, minutes };
root.SetAction((parsed, cancellationToken) => Guard.RunAsync(() => new Training(new TrainingSettings(
    parsed.GetValue(data)!, parsed.GetValue(model)!, parsed.GetValue(fresh), parsed.GetValue(output)!, parsed.GetValue(run)!, parsed.GetValue(steps), parsed.GetValue(decay),
    parsed.GetValue(batch), parsed.GetValue(rate), parsed.GetValue(prompt), parsed.GetValue(minutes))).RunAsync(cancellationToken)));

Option<string[]> tasks = new("--tasks") { Description = "Names of tasks", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => Evaluation.Tasks };
Option<int> seeds = new("--seeds") { Description = "Prompts per task", DefaultValueFactory = _ => 3 };
Option<int> rows = new("--rows") { Description = "Validation rows of each task, at most", DefaultValueFactory = _ => 500 };
Option<int> tuningSteps = new("--steps") { Description = "Tuning steps of each prompt", DefaultValueFactory = _ => TuningOptions.SmallModel().Steps };
Option<int> length = new("--length") { Description = "Rows of each prompt", DefaultValueFactory = _ => TuningOptions.SmallModel().PromptLength };
Option<double> tuningRate = new("--rate") { Description = "Adafactor's learning rate", DefaultValueFactory = _ => TuningOptions.SmallModel().Optimizer.LearningRate };
Option<PromptInitialization> start = new("--start") { Description = "Where prompts start", DefaultValueFactory = _ => PromptInitialization.ClassLabels };
Command evaluate = new("evaluate", "Tunes prompts on tasks that the model was not trained on, and prints their validation accuracy.") { tasks, seeds, rows, tuningSteps, length, tuningRate, start };
evaluate.SetAction((parsed, cancellationToken) => Guard.RunAsync(() => new Evaluation(
    parsed.GetValue(data)!, parsed.GetValue(model)!, parsed.GetValue(seeds), parsed.GetValue(rows), options =>
    {
        options.Steps = parsed.GetValue(tuningSteps);
        options.PromptLength = parsed.GetValue(length);
        options.Optimizer.LearningRate = parsed.GetValue(tuningRate);
        options.Initialization = parsed.GetValue(start);
    }).RunAsync(parsed.GetValue(tasks)!, cancellationToken)));
root.Add(evaluate);
return await root.Parse(args).InvokeAsync();
