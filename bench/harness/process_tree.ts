/** Processor time and memory of a process and all below it, from `/proc`. @module */

/** What a tree of processes has used. */
export interface Usage {
  readonly cpuSeconds: number;
  /** Pages that several share count in parts (PSS). */
  readonly mebibytes: number;
}

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Of a process and its descendants. */
export async function treeUsage(root: number): Promise<Usage> {
  const stats = await readStats();
  const tree = new Set([root]);
  // A child may have a smaller number than its parent, so until nothing is added.
  for (let size = 0; size < tree.size;) {
    size = tree.size;
    for (const { pid, parent } of stats) if (tree.has(parent)) tree.add(pid);
  }
  const members = stats.filter(({ pid }) => tree.has(pid));
  const memory = await Promise.all(members.map(({ pid }) => pssKib(pid)));
  return {
    cpuSeconds: members.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    mebibytes: memory.reduce((sum, kib) => sum + kib, 0) / 1_024,
  };
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

async function readStats(): Promise<Stat[]> {
  const stats: Stat[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const text = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => null);
    if (text === null) continue;
    // The name of the command stands in brackets and may contain spaces.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
    stats.push({ pid: Number(name), parent: fields[1]!, ticks: fields[11]! + fields[12]! });
  }
  return stats;
}

async function pssKib(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`).catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}
