/** How each kind of probe is judged. @module */

import type { EscapeProbe, Way } from "./probe.ts";
import type { ProbeGuest } from "./probe_guest.ts";
import type { ProbeEnd } from "./probe_host.ts";

/** What was seen of a probe. */
export interface Judged {
  readonly contained: boolean;
  readonly detail: string | null;
  /** Ways that were tried. */
  readonly tried: number;
}

/** A probe that tries many ways takes so long at most. */
const WAYS_MS = 120_000;
/** How long a probe without end is watched. */
const WATCH_MS = 1_500;
/** A host that goes on is not later than that, also on a machine that is overloaded. */
const LATE_MS = 3_000;
/** A realm that is killed is gone by then. */
const KILL_MS = 5_000;
/** A realm over its memory limit is gone by then. */
const MEMORY_MS = 30_000;
/** What a guest that sends without end may cost the host, in bytes. */
const HOST_BYTES = 400 * 1024 * 1024;

const NEVER: ProbeEnd = { ended: "no answer", code: null };

/** Contained when every way came to nothing and the guest still works. */
export async function judgeWays(guest: ProbeGuest): Promise<Judged> {
  const end = await within(guest.run("escape"), WAYS_MS, NEVER);
  if ("ended" in end) return open(`the probe did not get to its end: ${end.ended}`);
  const ways = JSON.parse(end.result) as readonly Way[];
  if (ways.length === 0) return open("the probe tried nothing");
  const found = ways.filter((way) => way.open);
  if (found.length > 0) {
    return { ...open(found.map(({ name, said }) => `${name} (${said})`).join("; ")), tried: ways.length };
  }
  const after = await within(guest.run("alive"), KILL_MS, NEVER);
  return "result" in after
    ? { contained: true, detail: null, tried: ways.length }
    : open(`its neighbours got ${after.ended}`);
}

/** Contained when the guest goes on, or its end is seen at once and as a crash. */
export async function judgeExit(guest: ProbeGuest): Promise<Judged> {
  const end = await within(guest.run("escape"), WAYS_MS, NEVER);
  const exit = await within(guest.realm.exited, 500, null);
  if (exit === null) {
    return "result" in end
      ? judgeList(JSON.parse(end.result))
      : open(`the call got ${end.ended}, and nobody saw the realm end`);
  }
  if (exit.clean || exit.reason !== "crashed") return open(`its end was taken for a clean one: ${exit.detail}`);
  return { contained: true, detail: `it was seen as a crash: ${exit.detail}`, tried: 1 };
}

function judgeList(ways: readonly Way[]): Judged {
  const found = ways.filter((way) => way.open).map(({ name }) => name);
  return { contained: found.length === 0, detail: found.join("; ") || null, tried: ways.length };
}

/** Contained when the host goes on meanwhile, and can end it. */
export async function judgeBusy(guest: ProbeGuest): Promise<Judged> {
  void guest.run("escape");
  await within(guest.begun, KILL_MS, undefined);
  const late = await lateness(new Promise((resolve) => setTimeout(resolve, WATCH_MS)));
  if (late > LATE_MS) return open(`the host stood still for ${Math.round(late)} ms`);
  guest.realm.kill();
  const gone = await within(guest.realm.stop(0).then(() => true), KILL_MS, false);
  return gone ? { contained: true, detail: null, tried: 1 } : open("it could not be killed");
}

/** Contained when it is ended for its memory, and the host's stays as it was. */
export async function judgeMemory(guest: ProbeGuest): Promise<Judged> {
  const before = Deno.memoryUsage().rss;
  void guest.run("escape");
  const exit = await within(guest.realm.exited, MEMORY_MS, null);
  const grown = Deno.memoryUsage().rss - before;
  if (exit === null) return open("it was never ended");
  if (grown > HOST_BYTES) return open(`the host grew by ${grown >> 20} MiB`);
  return { contained: exit.reason === "memory" || exit.reason === "crashed", detail: exit.detail, tried: 1 };
}

/** Contained when the host's memory and time stay bounded, what must be refused is, and the realm goes on. */
export async function judgeFlood(guest: ProbeGuest, { ends, mostPrinted = Infinity }: EscapeProbe): Promise<Judged> {
  const before = Deno.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 20);
  try {
    const end = within(guest.run("escape"), WAYS_MS, NEVER);
    const late = await lateness(end);
    const judged = judgeEnd(await end, ends);
    if (!judged.contained) return judged;
    const after = await within(guest.run("alive"), KILL_MS, NEVER);
    if (!("result" in after)) return open(`its neighbours got ${after.ended}`);
    const grown = most - before;
    if (grown > HOST_BYTES) return open(`the host grew by ${Math.round(grown / 2 ** 20)} MiB`);
    if (late > LATE_MS) return open(`the host stood still for ${Math.round(late)} ms`);
    if (guest.printed > mostPrinted) return open(`the host was given lines of ${guest.printed} characters`);
    return guest.seen.length > 0 ? open(`the host was given ${guest.seen.join(", ")}`) : judged;
  } finally {
    clearInterval(watch);
  }
}

/** @param error Code or name of the one that is wanted; undefined: none. */
function judgeEnd(end: ProbeEnd, error: string | undefined): Judged {
  if ("result" in end) {
    return error === undefined ? judgeList(JSON.parse(end.result)) : open("what it returned was taken");
  }
  return error !== undefined && (end.code === error || end.ended.startsWith(`${error}: `))
    ? { contained: true, detail: null, tried: 1 }
    : open(`its attempt got ${end.ended}`);
}

function open(detail: string): Judged {
  return { contained: false, detail, tried: 1 };
}

/** How much later than asked the host's timers fire meanwhile, at worst. */
async function lateness(meanwhile: Promise<unknown>): Promise<number> {
  let goesOn = true;
  void meanwhile.then(() => goesOn = false);
  let worst = 0;
  while (goesOn) {
    const asked = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    worst = Math.max(worst, performance.now() - asked - 20);
  }
  return worst;
}

async function within<T, O>(work: Promise<T>, ms: number, otherwise: O): Promise<T | O> {
  const late = Promise.withResolvers<O>();
  const timer = setTimeout(() => late.resolve(otherwise), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
