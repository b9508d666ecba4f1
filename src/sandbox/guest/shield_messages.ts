/** Keeps the guest's own conversation with the host from foreign code, whatever that does to the globals. @module */

/** What is done here can't be undone; it must be done before foreign code runs. */
export function shieldMessages(): void {
  shieldEvents();
  shieldPorts();
}

/**
 * Deno makes an event by assignments, so a setter on a prototype would be handed every event of the port, and with it
 * the port. Each name that an event has gets a plain property on its nearest prototype, which no setter can replace.
 */
function shieldEvents(): void {
  const sample = new MessageEvent("message", { data: null });
  // A dispatch leaves its own marks.
  new EventTarget().dispatchEvent(sample);
  for (const key of Reflect.ownKeys(sample)) {
    Object.defineProperty(MessageEvent.prototype, key, { value: undefined, writable: true });
  }
}

/** Deno calls these as methods of the port, so a replaced one would be handed it. */
function shieldPorts(): void {
  const inherited = Object.getOwnPropertyDescriptors(EventTarget.prototype) as Record<PropertyKey, PropertyDescriptor>;
  for (const key of Reflect.ownKeys(inherited)) {
    if (!Object.hasOwn(MessagePort.prototype, key)) Object.defineProperty(MessagePort.prototype, key, inherited[key]!);
  }
  Object.freeze(MessagePort.prototype);
}
