/** What turns the order of the text around it, or has no place in a line. */
const tricks = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** A name that somebody else chose, as it may be shown: what would make it look like another one stands as `�`. */
export const shownName = (name: string): string => name.replace(tricks, '\ufffd');

/** How somebody is called: by name, by address where the name has nothing to see in it. */
export function calledName({ Name, Address }: { readonly Name: string; readonly Address: string }): string {
  return shownName(/[^\p{Cc}\p{Cf}\p{Z}\u3164\u115f\u1160\uffa0]/u.test(Name) ? Name : Address);
}
