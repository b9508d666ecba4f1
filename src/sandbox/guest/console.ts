/** A console whose lines reach the host under the realm's name, and never its terminal. @module */

type Inspect = (value: unknown, options?: Deno.InspectOptions) => string;
type Output = (stream: "stdout" | "stderr", text: string) => void;

/**
 * Made from nothing: an object that inherits from the real console would hand it on to foreign code, and with it the
 * standard output of the process.
 */
export function guestConsole(inspect: Inspect, output: Output): Record<string, (...args: unknown[]) => void> {
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const now = performance.now.bind(performance);
  const format = formatter(inspect);
  let depth = 0;

  const write = (stream: "stdout" | "stderr", text: string) => {
    const indent = "  ".repeat(depth);
    output(stream, `${indent}${indent === "" ? text : text.replaceAll("\n", `\n${indent}`)}\n`);
  };
  const out = (...args: unknown[]) => write("stdout", format(args));
  const err = (...args: unknown[]) => write("stderr", format(args));
  const elapsed = (label: unknown, args: unknown[]) => {
    const started = timers.get(`${label}`);
    if (started !== undefined) out(`${label}: ${(now() - started).toFixed(3)}ms`, ...args);
  };
  const group = (...args: unknown[]) => {
    if (args.length > 0) out(...args);
    depth++;
  };

  return {
    log: out,
    info: out,
    debug: out,
    table: out,
    dirxml: out,
    warn: err,
    error: err,
    dir: (value, options) => write("stdout", inspect(value, options as Deno.InspectOptions | undefined)),
    trace: (...args) => err("Trace:", ...args),
    assert: (condition, ...args) => condition ? undefined : err("Assertion failed:", ...args),
    count(label = "default") {
      const count = (counts.get(`${label}`) ?? 0) + 1;
      counts.set(`${label}`, count);
      out(`${label}: ${count}`);
    },
    countReset: (label = "default") => void counts.delete(`${label}`),
    time: (label = "default") => void timers.set(`${label}`, now()),
    timeLog: (label = "default", ...args) => elapsed(label, args),
    timeEnd(label = "default") {
      elapsed(label, []);
      timers.delete(`${label}`);
    },
    group,
    groupCollapsed: group,
    groupEnd: () => void (depth = Math.max(0, depth - 1)),
    clear() {},
    profile() {},
    profileEnd() {},
    timeStamp() {},
  };
}

/** `%s` and its kin in the first argument take from the others, as in every console. */
function formatter(inspect: Inspect): (args: readonly unknown[]) => string {
  const shown = (value: unknown) => typeof value === "string" ? value : inspect(value, { colors: false });
  return (args) => {
    if (typeof args[0] !== "string" || !args[0].includes("%")) return args.map(shown).join(" ");
    let next = 1;
    const first = args[0].replace(/%([sdifjoOc%])/g, (whole, kind: string) => {
      if (kind === "%") return "%";
      return next >= args.length ? whole : placed(kind, args[next++], shown);
    });
    return [first, ...args.slice(next).map(shown)].join(" ");
  };
}

function placed(kind: string, value: unknown, shown: (value: unknown) => string): string {
  switch (kind) {
    case "s":
      return shown(value);
    case "d":
      return typeof value === "bigint" ? `${value}n` : `${typeof value === "symbol" ? NaN : Number(value)}`;
    case "i":
      return typeof value === "bigint" ? `${value}n` : `${typeof value === "symbol" ? NaN : parseInt(`${value}`)}`;
    case "f":
      return typeof value === "symbol" ? "NaN" : `${parseFloat(`${value}`)}`;
    case "c":
      // Styles are for browsers.
      return "";
    default:
      return shown(value);
  }
}
