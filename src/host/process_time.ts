/** What the system says of a process. @module */

/** Ticks a second in `/proc`, whatever the kernel counts in itself. */
const TICKS = 100;

/** Time that a process has had on all cores so far, in milliseconds; null where that can't be told. */
export async function cpuMs(pid: number): Promise<number | null> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // The name of the program stands in parentheses, and may hold any character.
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
    return (user! + system!) * 1_000 / TICKS;
  } catch {
    return null;
  }
}
