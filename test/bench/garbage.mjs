import { GCProfiler } from 'node:v8';

function held({ heapUsed, external }) {
  return heapUsed + external;
}

/**
 * Counts the bytes that this process allocates from now on, until the answer is called: what the heap
 * held at the end and what each collection took away, less what it held at the beginning.
 */
export function countAllocations() {
  const profiler = new GCProfiler();
  profiler.start();
  const before = held(process.memoryUsage());
  return () => {
    const after = held(process.memoryUsage());
    const size = ({ heapStatistics: { usedHeapSize, externalMemory } }) =>
      usedHeapSize + externalMemory;
    const collected = profiler
      .stop()
      .statistics.reduce((sum, { beforeGC, afterGC }) => sum + size(beforeGC) - size(afterGC), 0);
    return after - before + collected;
  };
}
