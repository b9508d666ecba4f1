/** Keeps the events of the guest's port from foreign code. @module */

/**
 * Deno makes an event by assignments, so a setter on a prototype would be handed every event of the port, and with it
 * the port. Each name that an event has gets a plain property on its nearest prototype, which no setter can replace.
 */
export function shieldMessageEvents(): void {
  const sample = new MessageEvent("message", { data: null });
  // A dispatch leaves its own marks.
  new EventTarget().dispatchEvent(sample);
  for (const key of Reflect.ownKeys(sample)) {
    Object.defineProperty(MessageEvent.prototype, key, { value: undefined, writable: true, configurable: false });
  }
}
