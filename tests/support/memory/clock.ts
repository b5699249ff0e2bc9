import type { Clock } from '../../../src/ports.ts';

/** A clock that stands still until it is told otherwise. To wait is to move it. Epoch seconds. */
export class MemoryClock implements Clock {
  private time: number;

  constructor(time: number) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  async wait(seconds: number): Promise<void> {
    this.time += seconds;
  }

  async waitUntil(at: number): Promise<boolean> {
    this.time = Math.max(this.time, at);
    return true;
  }

  set(time: number): void {
    this.time = time;
  }

  advance(seconds: number): void {
    this.time += seconds;
  }
}
