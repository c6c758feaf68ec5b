/** Where events are published: one stream per capability, one subject per tenant and event. */

/** Name of the stream that holds a capability's events. */
export function streamOf(capability: string): string {
  return `MALLA_${capability.toUpperCase()}`;
}

/** Subjects that the stream takes. */
export function subjectsOf(capability: string): string[] {
  return [`malla.${capability}.>`];
}

/** Subject of an event: malla.<capability>.v1.<tenant>.<EventName>; "*" stands for any tenant or event. */
export function eventSubject(capability: string, tenant: string, eventName: string): string {
  return `malla.${capability}.v1.${tenant}.${eventName}`;
}
