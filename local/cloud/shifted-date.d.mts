export declare function shiftDate(milliseconds: number): void;
