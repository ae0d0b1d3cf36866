def test_the_command_line_runs_in_this_process(cli):
    """``cli`` separates standard output, standard error and the exit code."""
    result = cli("--version")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("runsite, version ")


def test_the_command_line_runs_as_a_process(cli_process):
    """``python -m runsite`` answers a wrong command with exit code 2 and the right names."""
    result = cli_process("bulid")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no such command 'bulid'; the commands are init, build, " in result.stderr
