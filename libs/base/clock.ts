/** Milliseconds since 1970. Pure rooms get it as an argument; a test turns it by hand. */
export type Clock = () => number;
