import type { Issue } from '../base/issue.ts';
import type { FleetSpec, TenantSpec } from '../spec/tenant-spec.ts';

/**
 * What `mpctl parse-tenants` prints, as one JSON line. The controller runs it for whole files and keeps none of the
 * memory that parsing takes; it compares the digests with what it sees on disk later.
 */
export type ParsedFiles = {
  /** Every file that was read or looked for: the tenants file first, then the included and the `envFile`s. */
  readonly files: readonly FileDigest[];
  /** Folders in which `include` may find another file. */
  readonly includeDirs: readonly string[];
  readonly issues: readonly Issue[];
  /** null when an issue is an error. */
  readonly fleet: FleetJson | null;
};

export type FileDigest = {
  /** Absolute, as it was opened (symlinks not resolved). */
  readonly path: string;
  /** SHA-256 of the bytes in hex; null when the file is not there. */
  readonly digest: string | null;
};

/** {@link FleetSpec} as JSON. */
export type FleetJson = Omit<FleetSpec, 'tenants'> & { readonly tenants: readonly TenantSpec[] };
