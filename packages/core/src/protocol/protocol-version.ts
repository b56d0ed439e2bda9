/** Goes up with every change of the wire that an older peer would not understand. */
export const protocolVersion = 1;
