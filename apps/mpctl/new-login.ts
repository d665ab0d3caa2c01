/** A password and what is written down of it. */
export type NewLogin = { readonly password: string; readonly secret: string };

/** The longest that bcrypt does not cut off. */
export const maxPasswordBytes = 72;

/** `password` null: one is made. Takes tens of milliseconds. */
export async function newLogin(password: string | null): Promise<NewLogin> {
  // Loaded for this alone: every other command would pay a tenth of its start for it.
  const [{ randomBytes }, { newPassword }, { makeSecret }] = await Promise.all([
    import('node:crypto'),
    import('../../libs/passwords/new-password.ts'),
    import('../../libs/passwords/secret.ts'),
  ]);
  const text = password ?? newPassword(randomBytes(20));
  return { password: text, secret: makeSecret(text, randomBytes(16)) };
}
