/** Puts the keyboard on this mail's row, else on the row that Tab would reach. */
export function focusRow(id: string): void {
  const link =
    document.querySelector<HTMLElement>(`.rows [data-id="${CSS.escape(id)}"] a`) ??
    document.querySelector<HTMLElement>('.rows a[tabindex="0"]');
  link?.focus({ preventScroll: true });
}
