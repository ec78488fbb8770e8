/** Type assertions for the files beside it: `is<Equal<A, B>>(true)` compiles only if the two types are one. */

/** Unlike a test by `extends`, tells `any` from everything else. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export declare function is<Answer extends boolean>(answer: Answer): true;

/** The parts of a key from values whose type is asserted on the way. */
export declare function parts(...checked: true[]): string;
