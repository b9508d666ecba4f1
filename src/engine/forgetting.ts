/** What is opened once. @module */

/** What could not be opened is tried again the next time. */
export function forgetting<T>(opening: Promise<T>, forget: () => void): Promise<T> {
  opening.catch(forget);
  return opening;
}
