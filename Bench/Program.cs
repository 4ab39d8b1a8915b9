Console.WriteLine("Native");
