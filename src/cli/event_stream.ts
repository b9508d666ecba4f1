/** Standard output of `runworker --json`: a line for each event. @module */

import type { EventBus } from "../core/mod.ts";
import { type EventDocument, eventDocuments } from "./event_documents.ts";
import { type Io, MAX_BACKLOG, OutputClosed } from "./io.ts";

/** An open stream of events. */
export interface EventStream {
  /** Writes a line of its own. */
  tell(document: EventDocument): void;
  /** Listens no more. */
  close(): void;
}

/**
 * While the reader is too slow, events are dropped and counted: a worker never waits for it.
 *
 * @param onClosed Called when nobody reads any more.
 */
export function openEventStream(bus: EventBus, io: Io, onClosed: () => void): EventStream {
  let dropped = 0;
  const write = (documents: readonly EventDocument[]) => {
    if (documents.length === 0) return;
    if (io.out.backlog > MAX_BACKLOG) return void (dropped += documents.length);
    const all = dropped === 0 ? documents : [{ event: "events.dropped", count: dropped }, ...documents];
    dropped = 0;
    const at = new Date(io.clock.now()).toISOString();
    try {
      io.out.write(all.map((document) => `${JSON.stringify({ at, ...document })}\n`).join(""));
    } catch (error) {
      if (!(error instanceof OutputClosed)) throw error;
      onClosed();
    }
  };
  return { tell: (document) => write([document]), close: eventDocuments(bus, write) };
}
