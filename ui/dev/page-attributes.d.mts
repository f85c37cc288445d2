export function withAttributes(html: string, address: string): string;
