"""Executes notebooks with Jupyter's nbclient: `reference.py FOLDER NOTEBOOK EXECUTED ANSWER...`, in the folder, writes EXECUTED.

nbclient itself never answers `input()`. With answers, its kernel is told that it may ask, and is given one after the other.
"""

import asyncio
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


class AnsweringClient(NotebookClient):
    answers = ()

    async def async_start_new_kernel_client(self):
        client = await super().async_start_new_kernel_client()
        client.allow_stdin = bool(self.answers)
        self.answering = asyncio.ensure_future(self.answer(client))
        return client

    async def answer(self, client):
        for answer in self.answers:
            await client.stdin_channel.get_msg(timeout=None)
            client.input(answer)


folder, path, executed, *answers = sys.argv[1:]
notebook = nbformat.read(path, nbformat.NO_CONVERT)
client = AnsweringClient(notebook, timeout=120, resources={"metadata": {"path": folder}})
client.answers = answers
try:
    client.execute()
except CellExecutionError:
    pass
nbformat.write(notebook, executed, nbformat.NO_CONVERT)
