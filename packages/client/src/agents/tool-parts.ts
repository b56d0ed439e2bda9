/** What tools for agents are made of, for who makes another. */
export { BoundedText } from "./bounded-text.ts";
export { type EndedExecution, endNote } from "./end-note.ts";
export { type EventsUntilOptions, eventsUntil } from "./events-until.ts";
export { OwnSession } from "./own-session.ts";
export { newSessionNote } from "./tool-options.ts";
