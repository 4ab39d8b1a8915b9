using Native.Bench;

return BenchProgram.Run(args);
