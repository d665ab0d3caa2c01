/** What curl is told of the login that the page was opened with, with a blank behind it; it asks for the password itself. */
export function curlLogin(user: string): string {
  return user === '' ? '' : `-u '${user.replaceAll("'", "'\\''")}' `;
}
