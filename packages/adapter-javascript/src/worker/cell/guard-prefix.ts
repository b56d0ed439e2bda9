/** In front of the name of a constant: a property of the global object that throws when it is assigned to. */
export const guardPrefix = "__constant_";
