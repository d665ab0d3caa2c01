/**
 * Changes of a tenants file as text: all that a change does not name keeps its bytes. Each is held against a reading of
 * the result: it does what it says or is refused. Whether the file is right then, say without a key that nobody knows,
 * is seen by reading the fleet.
 */
import { tenantIdFault } from '../base/ids.ts';
import { type Cut, cutText, type Piece } from './cut.ts';
import { addStanza, fillEmpty, removeStanza, renameStanza } from './edit-lines.ts';
import { applySplices } from './splice.ts';
import { type Changes, type EditRefusal, parseChanges, type TenantEdit } from './tenant-edit.ts';
import { treeOf } from './yaml-text.ts';

export type EditResult = { readonly text: string } | EditRefusal;

/** Cost: some milliseconds for 9,000 tenants in the usual shape; any other file is read whole, twice. */
export async function editTenants(text: string, edit: TenantEdit): Promise<EditResult> {
  const changes = await parseChanges(edit);
  if ('fault' in changes) return changes;
  const cut = cutText(text);
  if (cut) {
    const refusal = refusalOf(edit, name => cut.tenants.has(name));
    if (refusal) return refusal;
    const edited = await editCut(text, cut, edit, changes);
    if (edited !== null) return { text: edited };
  }
  const { editYaml, hardToEdit, tenantsOf } = await import('./edit-yaml.ts');
  const tenants = tenantsOf(text);
  if (tenants === null)
    return { fault: 'FILE_NOT_EDITABLE', message: 'the file has mistakes: they must be mended first' };
  const refusal = refusalOf(edit, name => tenants.has(name));
  const edited = refusal ? null : editYaml(text, ['tenants', edit.name], edit, changes);
  if (edited !== null) return { text: edited };
  return refusal ?? { fault: 'FILE_NOT_EDITABLE', message: hardToEdit(text, edit.name) };
}

function refusalOf(edit: TenantEdit, isThere: (name: string) => boolean): EditRefusal | null {
  const fresh = edit.verb === 'add' ? edit.name : edit.verb === 'rename' ? edit.to : null;
  if (edit.verb !== 'add' && !isThere(edit.name)) {
    return { fault: 'TENANT_NOT_FOUND', message: `there is no tenant ${edit.name}` };
  }
  const nameFault = fresh === null ? null : tenantIdFault(fresh);
  if (nameFault !== null) return { fault: 'BAD_REQUEST', message: `"${fresh}" ${nameFault}` };
  if (fresh !== null && isThere(fresh))
    return { fault: 'TENANT_EXISTS', message: `there is a tenant ${fresh} already` };
  return null;
}

/** Null where the lines do not tell enough. */
async function editCut(text: string, cut: Cut, edit: TenantEdit, changes: Changes): Promise<string | null> {
  const piece = cut.tenants.get(edit.name);
  const stanza = piece ? text.slice(piece.start, piece.end) : '';
  // What an anchor names may stand elsewhere too.
  if (/[&*]/.test(stanza)) return null;
  const edited = await editPiece(text, cut, piece, edit, changes);
  const names = [...cut.tenants.keys()];
  if (edit.verb === 'add') names.push(edit.name);
  else if (edit.verb === 'remove') names.splice(names.indexOf(edit.name), 1);
  else if (edit.verb === 'rename') names.splice(names.indexOf(edit.name), 1, edit.to);
  const after = edited === null ? null : cutText(edited);
  return after && areSame(after.tenants.keys(), names) ? edited : null;
}

function areSame(names: Iterable<string>, expected: readonly string[]): boolean {
  let at = 0;
  for (const name of names) if (name !== expected[at++]) return false;
  return at === expected.length;
}

async function editPiece(
  text: string,
  cut: Cut,
  piece: Piece | undefined,
  edit: TenantEdit,
  changes: Changes,
): Promise<string | null> {
  const keys = treeOf(changes.set);
  if (edit.verb === 'add' || !piece) return applySplices(text, addStanza(text, cut, edit.name, keys));
  if (edit.verb === 'remove') return applySplices(text, removeStanza(text, piece));
  if (edit.verb === 'rename') return applySplices(text, renameStanza(text, piece, edit.to));
  if (piece.isEmpty) return applySplices(text, fillEmpty(text, piece, keys));
  const { editYaml } = await import('./edit-yaml.ts');
  const stanza = editYaml(text.slice(piece.start, piece.end), [edit.name], edit, changes);
  return stanza === null ? null : text.slice(0, piece.start) + stanza + text.slice(piece.end);
}
