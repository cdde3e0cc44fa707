export function record(section: string, measured: object): Promise<void>;
