/** Entry of the worker that foreign code runs in. @module */

import type { GuestInit } from "../guest_init.ts";
import { type Guest, reportUncaught, startGuest } from "./guest.ts";
import { narrowGlobals } from "./narrow.ts";

/** The first and only message to the worker itself; all others come through the port, which foreign code can't reach. */
interface FirstMessage {
  readonly init: GuestInit;
  readonly port: MessagePort;
  /** Of a {@linkcode StartGate}, where another thread of this process can close it. */
  readonly gate?: SharedArrayBuffer;
}

// A thread of its own has no window; the type library that the rest of nuvom is checked with has.
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<FirstMessage>) => void) | null;
  close(): void;
};
// Ends the thread at once; the host's `terminate` takes effect on a busy one only after two seconds.
const endThread = scope.close.bind(scope);

scope.onmessage = ({ data: { init, port, gate } }) => {
  scope.onmessage = null;
  const send = port.postMessage.bind(port) as (text: string) => void;
  const early: string[] = [];
  let guest: Guest | undefined;
  port.onmessage = ({ data }) => guest === undefined ? early.push(data) : guest.receive(data);
  const sendNote = (method: string, params: unknown) => send(JSON.stringify(["note", method, params]));
  reportUncaught((method, params) => guest === undefined ? sendNote(method, params) : guest.note(method, params));
  const flooded = init.isThread ? () => (send('["note","flooded",null]'), endThread()) : undefined;
  startGuest(init, { send, gate, flooded }).then((started) => {
    narrowGlobals({ ...init, process: started.process, output: started.output });
    guest = started;
    early.forEach((text) => started.receive(text));
  }, (error) => {
    sendNote("failed", { message: String(error?.message ?? error) });
  });
};
