/** How far a long piece of work has come: a line on a terminal that is written over, or events for programs. @module */

import type { ChangeProgress } from "../host/mod.ts";
import { byteSize } from "./byte_size.ts";
import type { Io } from "./io.ts";
import { counted } from "./counted.ts";
import { printJsonLine } from "./print.ts";
import { fitText, printableLine, textWidth } from "./text.ts";

/** Takes reports until it is cleared. */
export interface Progress {
  report(progress: ChangeProgress): void;
  /** Leaves nothing behind on the terminal; to be awaited before anything else is written there. */
  clear(): Promise<void>;
}

const EVERY_MS = 100;
/** What a terminal shows behind the line when Ctrl-C is pressed: `^C`. */
const ECHO = 2;
const VERBS: Readonly<Record<ChangeProgress["step"], string>> = {
  fetch: "Fetching",
  verify: "Verifying",
  write: "Writing",
};

/** @param json Events on standard output; else a line on standard error, where that is a terminal. */
export function openProgress(io: Io, json: boolean): Progress {
  const show = json ? events(io) : io.err.isTerminal ? terminalLine(io) : SILENT;
  let next = -Infinity;
  return {
    report(progress) {
      const now = io.clock.now();
      if (now < next) return;
      next = now + EVERY_MS;
      show.report(progress);
    },
    clear: show.clear,
  };
}

const SILENT: Progress = { report() {}, clear: () => Promise.resolve() };

function events(io: Io): Progress {
  return { ...SILENT, report: (progress) => printJsonLine(io, { event: "progress", ...progress }) };
}

/** Written over with spaces: that works also on a terminal that knows no escapes. */
function terminalLine(io: Io): Progress {
  let width = 0;
  const put = (text: string) => {
    io.err.write(`\r${text}${" ".repeat(Math.max(0, width - textWidth(text)))}`);
    width = textWidth(text);
  };
  return {
    report({ step, what, done, known, bytes }) {
      const far = known === 0 || step === "write" ? "" : ` ${done} of ${counted(known, "module")}, ${byteSize(bytes)}`;
      const room = (io.err.columns ?? 80) - ECHO - 1;
      put(fitText(`${VERBS[step]}${far}  ${printableLine(what)}`, room));
    },
    async clear() {
      if (width === 0) return;
      width += ECHO;
      put("");
      io.err.write("\r");
      // Standard output has a queue of its own, and may lead to the same terminal.
      await io.err.flush();
    },
  };
}
