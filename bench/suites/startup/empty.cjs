/** What a `require` costs when there is nothing in it. */
module.exports = {};
