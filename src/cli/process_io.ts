/** The world around this process, as commands see it. @module */

import { systemClock } from "../core/clock.ts";
import type { Io } from "./io.ts";
import { LineReader } from "./line_reader.ts";
import { StreamOutput } from "./stream_output.ts";

/** Reads the environment and the working directory once. */
export function processIo(): Io {
  let ignoresHangup: boolean | undefined;
  const lines = new LineReader((into) => Deno.stdin.read(into));
  return {
    args: Deno.args,
    env: Deno.env.toObject(),
    cwd: Deno.cwd(),
    out: new StreamOutput(Deno.stdout, true),
    // Where nobody reads standard error, there is nobody to tell.
    err: new StreamOutput(Deno.stderr, false),
    clock: systemClock,
    enter: (folder) => Deno.chdir(folder),
    stdin: () => Deno.stdin.readable,
    canAsk: Deno.stdin.isTerminal() && Deno.stderr.isTerminal(),
    readLine: () => lines.next(),
    onSignal(signal, listener) {
      // Asked before the first listener: that one makes Deno take all signals that end a process.
      ignoresHangup ??= hangupIsIgnored();
      const heard = signal === "SIGHUP" && ignoresHangup ? () => {} : listener;
      Deno.addSignalListener(signal, heard);
      return () => Deno.removeSignalListener(signal, heard);
    },
  };
}

/** Whether this process was started by `nohup` or the like, and means to outlive its terminal. */
function hangupIsIgnored(): boolean {
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status"))!;
    return (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
