using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Native.Kernels;

/// <summary>
/// A kernel's work, cut into independent blocks. Implemented by structs, so that no closure is allocated and
/// <see cref="Run"/> is inlined into the loop that claims blocks.
/// </summary>
internal interface IWork
{
    /// <summary>
    /// Computes one block. Called once for every block, in no particular order and possibly from several threads at the
    /// same time: blocks write disjoint memory, and what a block computes does not depend on the thread that runs it.
    /// </summary>
    void Run(int block);
}

/// <summary>
/// The one pool of background threads that all kernels of the process share.
/// </summary>
/// <remarks>
/// One job runs at a time. A caller that finds the pool busy (another thread's kernel, or a kernel called inside a block)
/// runs its blocks alone. How many blocks there are depends on shapes only and every block is computed the same way on
/// every thread, so results are bitwise equal for any thread count. Threads start on first use and are kept; after that
/// nothing is allocated. Idle threads spin for some tens of microseconds, because kernels follow each other closely, and
/// then sleep. A thread that wakes on the caller's processor moves to another (<see cref="ThreadPlacement"/>).
/// </remarks>
internal static unsafe class Workers
{
    // The participants are counted in the low bits of s_state. While Closed is set nobody may join, and the job's fields
    // below belong to the caller that holds s_owned.
    private const int Closed = 1 << 30;
    private const int CallerSleeps = 1 << 29;
    private const int Participants = CallerSleeps - 1;

    private static readonly long SpinTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 25_000 : 0;
    private static readonly object CallerGate = new();

    private static int s_owned;
    private static int s_state = Closed;
    private static Worker[] s_workers = [];

    private static void* s_work;
    private static delegate*<void*, void> s_claimBlocks;
    private static int s_helpers;
    private static int s_blocks;
    private static int s_processor;
    private static ExceptionDispatchInfo? s_failure;
    private static Ticket s_ticket;

    /// <summary>
    /// Runs blocks <c>0 … blocks - 1</c> of <paramref name="work"/> on at most <paramref name="threads"/> threads, the
    /// calling one included, and returns when all are done.
    /// </summary>
    /// <param name="work">The work; seen by all threads at one address, and written back to the caller's variable.</param>
    /// <param name="blocks">How many blocks there are; none is a valid number.</param>
    /// <param name="threads">
    /// The most threads to use. A number above the processor count is honoured; 1 or less runs everything here.
    /// </param>
    /// <remarks>An exception of a block ends the job after the blocks already begun, and is rethrown here.</remarks>
    public static void For<TWork>(ref TWork work, int blocks, int threads)
        where TWork : struct, IWork, allows ref struct
    {
        if (threads > 1 && blocks > 1 && Interlocked.CompareExchange(ref s_owned, 1, 0) == 0)
        {
            try
            {
                RunShared(ref work, blocks, Math.Min(threads, blocks) - 1);
            }
            finally
            {
                Volatile.Write(ref s_owned, 0);
            }

            return;
        }

        for (var block = 0; block < blocks; block++)
        {
            work.Run(block);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunShared<TWork>(ref TWork work, int blocks, int helpers)
        where TWork : struct, IWork, allows ref struct
    {
        if (s_workers.Length < helpers)
        {
            Start(helpers);
        }

        // A copy on this stack has a fixed address wherever the caller keeps its own, and the collector updates the
        // references in it while other threads read them through that address.
        var shared = work;
        s_work = Unsafe.AsPointer(ref shared);
        s_claimBlocks = &ClaimBlocks<TWork>;
        s_blocks = blocks;
        s_helpers = helpers;
        s_ticket.Next = 0;
        s_failure = null;
        s_processor = ThreadPlacement.CurrentProcessor;
        Volatile.Write(ref s_state, 0);

        var workers = s_workers;
        for (var i = 0; i < helpers; i++)
        {
            workers[i].Wake();
        }

        ClaimBlocks<TWork>(s_work);
        Close();
        s_work = null;
        work = shared;
        s_failure?.Throw();
    }

    private static void ClaimBlocks<TWork>(void* work)
        where TWork : struct, IWork, allows ref struct
    {
        ref var shared = ref Unsafe.AsRef<TWork>(work);
        var blocks = s_blocks;
        try
        {
            int block;
            while ((block = Interlocked.Increment(ref s_ticket.Next) - 1) < blocks)
            {
                shared.Run(block);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref s_failure, ExceptionDispatchInfo.Capture(exception), null);
            Volatile.Write(ref s_ticket.Next, blocks);
        }
    }

    /// <summary>Lets nobody join any more and waits for those who did; late wakers find the job closed.</summary>
    private static void Close()
    {
        if ((Interlocked.Or(ref s_state, Closed) & Participants) == 0)
        {
            return;
        }

        var deadline = Stopwatch.GetTimestamp() + SpinTicks;
        do
        {
            if ((Volatile.Read(ref s_state) & Participants) == 0)
            {
                return;
            }

            Thread.SpinWait(8);
        }
        while (Stopwatch.GetTimestamp() < deadline);

        lock (CallerGate)
        {
            Interlocked.Or(ref s_state, CallerSleeps);
            while ((Volatile.Read(ref s_state) & Participants) != 0)
            {
                Monitor.Wait(CallerGate);
            }

            Volatile.Write(ref s_state, Closed);
        }
    }

    private static void Join(int index)
    {
        int state;
        do
        {
            state = Volatile.Read(ref s_state);
            if ((state & Closed) != 0)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref s_state, state + 1, state) != state);

        // A thread woken for an earlier job may arrive in one that asked for fewer threads.
        if (index < s_helpers)
        {
            s_claimBlocks(s_work);
        }

        state = Interlocked.Decrement(ref s_state);
        if ((state & CallerSleeps) != 0 && (state & Participants) == 0)
        {
            lock (CallerGate)
            {
                Monitor.Pulse(CallerGate);
            }
        }
    }

    private static void Start(int count)
    {
        var workers = new Worker[count];
        s_workers.CopyTo(workers, 0);
        for (var i = s_workers.Length; i < count; i++)
        {
            workers[i] = new Worker(i);
        }

        s_workers = workers;
    }

    /// <summary>The next block to claim, on a cache line that holds nothing else.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Ticket
    {
        [FieldOffset(64)]
        public int Next;
    }

    private sealed class Worker
    {
        private readonly object _gate = new();
        private readonly int _index;
        private int _calls;
        private int _sleeps;

        // Not more threads than processors: each can have one of its own.
        private static bool HasProcessor => s_workers.Length < Environment.ProcessorCount;

        public Worker(int index)
        {
            _index = index;
            new Thread(Loop) { IsBackground = true, Name = $"Native worker {index + 1}" }.Start();
        }

        public void Wake()
        {
            // A full fence between the call and the question whether the thread sleeps; Sleep has its counterpart.
            Interlocked.Increment(ref _calls);
            if (Volatile.Read(ref _sleeps) != 0)
            {
                lock (_gate)
                {
                    Monitor.Pulse(_gate);
                }
            }
        }

        private void Loop()
        {
            var answered = 0;
            while (true)
            {
                Sleep(answered);
                answered = Volatile.Read(ref _calls);
                var caller = Volatile.Read(ref s_processor);
                if (HasProcessor && ThreadPlacement.CurrentProcessor == caller)
                {
                    ThreadPlacement.Leave(caller);
                }

                Join(_index);
            }
        }

        private void Sleep(int answered)
        {
            // Where more threads were asked for than there are processors, a spinning one only takes time from the others.
            if (HasProcessor)
            {
                var deadline = Stopwatch.GetTimestamp() + SpinTicks;
                do
                {
                    if (Volatile.Read(ref _calls) != answered)
                    {
                        return;
                    }

                    Thread.SpinWait(8);
                }
                while (Stopwatch.GetTimestamp() < deadline);
            }

            lock (_gate)
            {
                Interlocked.Exchange(ref _sleeps, 1);
                while (Volatile.Read(ref _calls) == answered)
                {
                    Monitor.Wait(_gate);
                }

                _sleeps = 0;
            }
        }
    }
}
