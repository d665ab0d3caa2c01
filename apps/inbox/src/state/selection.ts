/** Which mails are selected. Rows that leave the view stay selected only as far as the page says so. */
export type Selection = {
  readonly ids: ReadonlySet<string>;
  /** Where the next range begins. */
  readonly anchor: string | null;
};

export const nothingSelected: Selection = { ids: new Set(), anchor: null };

export function toggled(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** Adds everything between the anchor and this row. `order` is the list as far as it is known, top first. */
export function extended(selection: Selection, id: string, order: readonly string[]): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return toggled(selection, id);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...selection.ids, ...range]), anchor: selection.anchor };
}

/** Without mails that are gone. */
export function kept(selection: Selection, gone: ReadonlySet<string>): Selection {
  const ids = new Set([...selection.ids].filter(id => !gone.has(id)));
  return ids.size === selection.ids.size ? selection : { ids, anchor: selection.anchor };
}

/** What a key acts on: all that is selected, else the mail that the keyboard is on. */
export function actedOn(selection: Selection, at: string | undefined): string[] {
  if (selection.ids.size > 0) return [...selection.ids];
  return at === undefined ? [] : [at];
}

/** How many are selected, and how many of them cannot be seen just now. */
export function counted(
  selection: Selection,
  inView: ReadonlySet<string>,
): { selected: number; unseen: number } {
  let unseen = 0;
  for (const id of selection.ids) if (!inView.has(id)) unseen++;
  return { selected: selection.ids.size, unseen };
}
