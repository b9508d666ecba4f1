/** Jobs in memory: what the memory queue and the memory results share. @module */

import {
  cancelledByUser,
  type Clock,
  type FinishedJob,
  isFinished,
  type JobRecord,
  type JobTrace,
  type LeasedJob,
  type LeaseRef,
  type PruneRequest,
  rescuedRecord,
  systemClock,
} from "../../core/mod.ts";
import { Wake } from "../wake.ts";
import { Heap } from "./heap.ts";

/** A job that is not finished. */
export interface Entry {
  record: JobRecord;
  /** Its place in the order of enqueue, for all its life. */
  readonly sequence: number;
  cancelRequested: boolean;
  /** It waits for the backoff after a failed attempt. */
  backingOff: boolean;
  /** Where it stands; null when it stands nowhere any more. */
  place: Place | null;
}

/** An entry whose record is leased. */
export type LeasedEntry = Entry & { record: LeasedJob };

/** A job as a store on disk keeps it. */
export interface SavedJob {
  readonly record: JobRecord;
  readonly sequence: number;
  readonly cancelRequested: boolean;
  readonly backingOff: boolean;
  readonly trace: JobTrace | null;
}

/** A unique key that is held for a time though its job is forgotten. */
export interface HeldKey {
  readonly key: string;
  readonly id: string;
  readonly until: number;
}

/** How a store is made. */
export interface MemoryStoreOptions {
  readonly clock?: Clock;
  /** Told the id of every job that changes, and null for a change of pauses or held keys. */
  readonly changed?: (id: string | null) => void;
  /** Told the id of every job whose lease goes on, and nothing else of it changes. */
  readonly renewed?: (id: string) => void;
}

/** A place in one of the heaps; void once the entry has another one. */
interface Place {
  readonly entry: Entry;
  /** When something is to happen to it. */
  readonly at: number;
}

const isLive = (place: Place) => place.entry.place === place;
const sooner = (a: Place, b: Place) => a.at < b.at;

let stores = 0;

/** Holds every job of one queue and its results, as long as the process lives. */
export class MemoryStore {
  readonly clock: Clock;
  readonly name = `memory:${++stores}`;
  readonly wake = new Wake();
  readonly paused = new Set<string>();
  /** Unfinished jobs. */
  readonly entries = new Map<string, Entry>();
  /** The others, in the order in which they ended. */
  readonly finished = new Map<string, FinishedJob>();
  /** What jobs told of themselves, by id. */
  readonly traces = new Map<string, JobTrace>();
  readonly #ready = new Map<string, Heap<Place>>();
  readonly #scheduled = new Heap<Place>(sooner, isLive);
  readonly #leases = new Heap<Place>(sooner, isLive);
  readonly #uniqueKeys = new Map<string, { readonly id: string; readonly until: number }>();
  /** Keys of jobs that were pruned while they held them. */
  readonly #heldKeys = new Map<string, HeldKey>();
  readonly #changed: (id: string | null) => void;
  readonly #renewed: (id: string) => void;
  #sequence = 0;
  #tokens = 0;

  /** It is empty. */
  constructor(options: MemoryStoreOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.#changed = options.changed ?? (() => {});
    this.#renewed = options.renewed ?? (() => {});
  }

  /** Adds a job, or answers the id of the one that holds its id or key. */
  add(record: JobRecord): string | null {
    const holder = this.#holder(record);
    if (holder !== null) return holder;
    if (record.uniqueKey !== null) {
      this.#uniqueKeys.set(record.uniqueKey, { id: record.id, until: record.createdAt + record.uniqueForMs });
    }
    const sequence = ++this.#sequence;
    const entry: Entry = { record, sequence, cancelRequested: false, backingOff: false, place: null };
    this.entries.set(record.id, entry);
    this.#queueUp(entry);
    return null;
  }

  /** Replaces the record of a job: it waits in its new place, or is over. */
  put(entry: Entry, record: JobRecord): void {
    if (isFinished(record)) return this.finish(record);
    // Someone was promised that it does not run again.
    if (entry.cancelRequested) return this.cancel(entry, record);
    entry.record = record;
    this.#queueUp(entry);
  }

  /** Ends a job that is not running. */
  cancel(entry: Entry, record: JobRecord = entry.record): void {
    const [finishedAt, error] = [this.clock.now(), cancelledByUser(record.id)];
    this.finish({ ...record, state: "CANCELLED", finishedAt, error });
  }

  /** Keeps a job that is over, also one of another queue. */
  finish(record: FinishedJob): void {
    this.#leave(record.id);
    const key = record.uniqueKey === null ? undefined : this.#uniqueKeys.get(record.uniqueKey);
    if (key?.id === record.id && key.until <= record.finishedAt) this.#uniqueKeys.delete(record.uniqueKey!);
    // The latest is the last, also when it ended before.
    this.finished.delete(record.id);
    this.finished.set(record.id, record);
    this.#changed(record.id);
  }

  /** Its worker is told when it renews; the job does not come back. */
  requestCancel(entry: Entry): void {
    entry.cancelRequested = true;
    this.#changed(entry.record.id);
  }

  /** Keeps what a job told. */
  setTrace(id: string, trace: JobTrace): void {
    this.traces.set(id, trace);
    this.#changed(id);
  }

  /** Nothing of the queue is taken. */
  pause(queue: string): void {
    this.paused.add(queue);
    this.#changed(null);
  }

  /** The end of a pause. */
  resume(queue: string): void {
    this.paused.delete(queue);
    this.#changed(null);
  }

  /** Makes a job that is over ready again; answers whether another one holds its unique key. */
  revive(record: JobRecord): boolean {
    const { id, uniqueKey, createdAt, uniqueForMs } = record;
    if (uniqueKey !== null) {
      const key = this.#uniqueKeys.get(uniqueKey);
      if (key !== undefined && key.id !== id && (this.entries.has(key.id) || key.until > this.clock.now())) {
        return false;
      }
      this.#uniqueKeys.set(uniqueKey, { id, until: createdAt + uniqueForMs });
    }
    this.finished.delete(id);
    const entry: Entry = {
      record,
      sequence: ++this.#sequence,
      cancelRequested: false,
      backingOff: false,
      place: null,
    };
    this.entries.set(id, entry);
    this.#queueUp(entry);
    return true;
  }

  /** Forgets finished jobs; answers how many. */
  prune({ states, olderThanMs, keep, limit }: PruneRequest): number {
    const ended = [...this.finished.values()].filter(({ state }) => states.includes(state))
      .sort((a, b) => a.finishedAt - b.finishedAt);
    const surplus = keep === null ? 0 : ended.length - keep;
    const until = olderThanMs === null ? -Infinity : this.clock.now() - olderThanMs;
    const over = ended.filter(({ finishedAt }, index) => index < surplus || finishedAt <= until).slice(0, limit);
    for (const job of over) this.#forget(job);
    const now = this.clock.now();
    for (const [key, { id, until }] of this.#uniqueKeys) {
      if (until > now || this.entries.has(id)) continue;
      this.#uniqueKeys.delete(key);
      if (this.#heldKeys.delete(key)) this.#changed(null);
    }
    return over.length;
  }

  /** Forgets a job and frees its unique key. */
  remove({ record: { id, uniqueKey } }: Entry): void {
    this.#leave(id);
    this.traces.delete(id);
    if (uniqueKey !== null) this.#uniqueKeys.delete(uniqueKey);
    this.#changed(id);
  }

  /** All that is to be kept of a job; null when it is not known. */
  saved(id: string): SavedJob | null {
    const trace = this.traces.get(id) ?? null;
    const entry = this.entries.get(id);
    if (entry === undefined) {
      const record = this.finished.get(id);
      return record === undefined ? null : { record, sequence: 0, cancelRequested: false, backingOff: false, trace };
    }
    const { sequence, cancelRequested, backingOff, place } = entry;
    const { state } = entry.record;
    // A renewal moves the place only.
    const record = state === "RUNNING" ? { ...entry.record, leaseUntil: place!.at } : entry.record;
    return { record, sequence, cancelRequested, backingOff, trace };
  }

  /** Takes a job as it was saved, in place of what is known of it; null: it is gone. */
  restore(id: string, saved: SavedJob | null): void {
    const known = this.entries.get(id)?.record ?? this.finished.get(id);
    if (known?.uniqueKey != null && this.#uniqueKeys.get(known.uniqueKey)?.id === id) {
      this.#uniqueKeys.delete(known.uniqueKey);
    }
    this.#leave(id);
    this.finished.delete(id);
    this.traces.delete(id);
    if (saved === null) return;
    const { trace, record, ...rest } = saved;
    if (trace !== null) this.traces.set(id, trace);
    this.#holdAsBefore(record);
    if (isFinished(record)) return void this.finished.set(id, record);
    const entry: Entry = { ...rest, record, place: null };
    this.#sequence = Math.max(this.#sequence, rest.sequence);
    this.entries.set(id, entry);
    if (record.state !== "RUNNING") return this.#queueUp(entry);
    this.holdUntil(entry, (record as LeasedJob).leaseUntil);
  }

  /** Keys that are held though their jobs are forgotten. */
  get heldKeys(): readonly HeldKey[] {
    return [...this.#heldKeys.values()];
  }

  /** Takes pauses and held keys as they were saved. */
  restoreRest(paused: readonly string[], heldKeys: readonly HeldKey[]): void {
    this.paused.clear();
    for (const name of paused) this.paused.add(name);
    this.#heldKeys.clear();
    for (const held of heldKeys) {
      this.#heldKeys.set(held.key, held);
      if (!this.#uniqueKeys.has(held.key)) this.#uniqueKeys.set(held.key, held);
    }
  }

  /** Takes the next job of one of the queues; null when none is ready. */
  takeNext(queues: readonly string[] | null): Entry | null {
    let best: Place | undefined;
    for (const name of queues ?? this.#ready.keys()) {
      if (this.paused.has(name)) continue;
      const first = this.#ready.get(name)?.peek();
      if (first === undefined) this.#ready.delete(name);
      else if (best === undefined || before(first, best)) best = first;
    }
    if (best === undefined) return null;
    this.#ready.get(best.entry.record.queue)!.pop();
    return best.entry;
  }

  /** A token that no other lease of this store has. */
  nextToken(): string {
    return `${this.name}.${++this.#tokens}`;
  }

  /** Makes a job leased. */
  lease(entry: Entry, leased: LeasedJob): void {
    entry.record = leased;
    this.holdUntil(entry, leased.leaseUntil);
    this.#changed(entry.record.id);
  }

  /** Its lease goes on until then. */
  extend(entry: Entry, until: number): void {
    this.holdUntil(entry, until);
    this.#renewed(entry.record.id);
  }

  /** The same, of a renewal that was saved. */
  holdUntil(entry: Entry, until: number): void {
    entry.place = { entry, at: until };
    this.#leases.push(entry.place);
  }

  /** The entry whose live lease this is; one that ran out lives until the job is given on. */
  leased({ id, token }: LeaseRef): LeasedEntry | null {
    const entry = this.entries.get(id);
    if (entry?.record.state !== "RUNNING" || (entry.record as LeasedJob).token !== token) return null;
    return entry as LeasedEntry;
  }

  /** Jobs whose time has come are ready; leases that ran out are over. */
  moveDue(): void {
    const now = this.clock.now();
    for (let place = this.#scheduled.peek(); place && place.at <= now; place = this.#scheduled.peek()) {
      this.put(place.entry, { ...place.entry.record, state: "PENDING" });
    }
    for (let place = this.#leases.peek(); place && place.at <= now; place = this.#leases.peek()) {
      this.put(place.entry, rescuedRecord(place.entry.record as LeasedJob, now));
    }
  }

  /** When {@linkcode MemoryStore.moveDue} will next have something to do. */
  nextDue(): number {
    return Math.min(this.#scheduled.peek()?.at ?? Infinity, this.#leases.peek()?.at ?? Infinity);
  }

  #holder(record: JobRecord): string | null {
    if (this.entries.has(record.id) || this.finished.has(record.id)) return record.id;
    const key = record.uniqueKey === null ? undefined : this.#uniqueKeys.get(record.uniqueKey);
    return key !== undefined && (this.entries.has(key.id) || key.until > record.createdAt) ? key.id : null;
  }

  #forget({ id, uniqueKey }: FinishedJob): void {
    this.finished.delete(id);
    this.traces.delete(id);
    this.#changed(id);
    const held = uniqueKey === null ? undefined : this.#uniqueKeys.get(uniqueKey);
    if (held?.id !== id || held.until <= this.clock.now()) return;
    this.#heldKeys.set(uniqueKey!, { key: uniqueKey!, id, until: held.until });
    this.#changed(null);
  }

  /** An unfinished job comes before one that holds the key for a time only. */
  #holdAsBefore({ id, uniqueKey, createdAt, uniqueForMs, finishedAt }: JobRecord): void {
    if (uniqueKey === null) return;
    const until = createdAt + uniqueForMs;
    const holder = this.#uniqueKeys.get(uniqueKey);
    if (finishedAt === null || (until > this.clock.now() && (holder === undefined || !this.entries.has(holder.id)))) {
      this.#uniqueKeys.set(uniqueKey, { id, until });
    }
  }

  #leave(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    entry.place = null;
    this.entries.delete(id);
  }

  #queueUp(entry: Entry): void {
    entry.place = { entry, at: entry.record.runAt };
    this.#changed(entry.record.id);
    if (entry.record.state === "SCHEDULED") this.#scheduled.push(entry.place);
    else this.#heapOf(entry.record.queue).push(entry.place);
  }

  #heapOf(queue: string): Heap<Place> {
    let heap = this.#ready.get(queue);
    if (heap === undefined) this.#ready.set(queue, heap = new Heap(before, isLive));
    return heap;
  }
}

function before({ entry: a }: Place, { entry: b }: Place): boolean {
  return a.record.priority !== b.record.priority ? a.record.priority > b.record.priority : a.sequence < b.sequence;
}
