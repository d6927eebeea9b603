export function findHeaders(): string;
export function nodeApiFunctions(headersFolder: string, version: number): Set<string>;
export function functionsIn(header: string, version: number): string[];
