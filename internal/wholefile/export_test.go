package wholefile

const Part = part
