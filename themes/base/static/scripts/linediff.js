// Which lines of a text another one has too: the longest common subsequence, and within a pair of
// lines that took each other's place, what stands between their common ends.
(function () {
  "use strict";

  /** More cells than this are not worth a second of waiting; then only equal ends are found. */
  const MOST_CELLS = 6_000_000;

  /**
   * A row of two texts beside each other; -1 where a side has no line.
   * @typedef {{same: boolean, left: number, right: number}} DiffRow
   */

  /** @param {string[]} left @param {string[]} right @returns {DiffRow[]} */
  function diffLines(left, right) {
    let start = 0;
    while (start < left.length && start < right.length && left[start] === right[start]) start++;
    let end = 0;
    while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
    /** @type {DiffRow[]} */
    const rows = [];
    for (let i = 0; i < start; i++) rows.push({ same: true, left: i, right: i });
    rows.push(...diffMiddle(left, right, { start, ends: [left.length - end, right.length - end] }));
    for (let i = end; i > 0; i--) rows.push({ same: true, left: left.length - i, right: right.length - i });
    return rows;
  }

  /**
   * @param {string[]} left @param {string[]} right
   * @param {{start: number, ends: [number, number]}} range of lines that may differ
   */
  function diffMiddle(left, right, { start, ends: [leftEnd, rightEnd] }) {
    /** @type {DiffRow[]} */
    const rows = [];
    let [i, j] = [start, start];
    for (const [x, y] of [...findPairs(left.slice(start, leftEnd), right.slice(start, rightEnd)), [leftEnd - start, rightEnd - start]]) {
      const [nextLeft, nextRight] = [start + x, start + y];
      // What went and what came between two common lines took each other's place.
      while (i < nextLeft || j < nextRight) rows.push({ same: false, left: i < nextLeft ? i++ : -1, right: j < nextRight ? j++ : -1 });
      if (nextLeft < leftEnd || nextRight < rightEnd) rows.push({ same: true, left: i++, right: j++ });
    }
    return rows;
  }

  /** Places of common lines, ascending in both. @param {string[]} left @param {string[]} right @returns {[number, number][]} */
  function findPairs(left, right) {
    const width = right.length + 1;
    if ((left.length + 1) * width > MOST_CELLS) return [];
    // lengths[i * width + j]: of the longest common subsequence of what follows i and j
    const lengths = new Uint16Array((left.length + 1) * width);
    for (let i = left.length - 1; i >= 0; i--) {
      for (let j = right.length - 1; j >= 0; j--) {
        const at = i * width + j;
        lengths[at] = left[i] === right[j] ? lengths[at + width + 1] + 1 : Math.max(lengths[at + width], lengths[at + 1]);
      }
    }
    /** @type {[number, number][]} */
    const pairs = [];
    let [i, j] = [0, 0];
    while (i < left.length && j < right.length) {
      const at = i * width + j;
      if (left[i] === right[j]) pairs.push([i++, j++]);
      else if (lengths[at + width] >= lengths[at + 1]) i++;
      else j++;
    }
    return pairs;
  }

  /**
   * The common beginning and end of two lines, in characters as people see them.
   * @param {string} left @param {string} right
   * @returns {{head: string, left: string, right: string, tail: string}}
   */
  function splitChange(left, right) {
    const [a, b] = [[...left], [...right]];
    let start = 0;
    while (start < a.length && start < b.length && a[start] === b[start]) start++;
    let end = 0;
    while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
    const middle = (/** @type {string[]} */ of) => of.slice(start, of.length - end).join("");
    return { head: a.slice(0, start).join(""), left: middle(a), right: middle(b), tail: a.slice(a.length - end).join("") };
  }

  Object.assign(window.runsite, { diffLines, splitChange });
})();
