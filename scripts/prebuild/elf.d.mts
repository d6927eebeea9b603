export interface ElfImport {
  readonly name: string;
  readonly version: string | undefined;
  readonly isWeak: boolean;
}
export interface Elf {
  readonly arch: string;
  readonly libraries: string[];
  readonly imports: ElfImport[];
  readonly exports: string[];
}
export function readElf(bytes: Buffer): Elf;
