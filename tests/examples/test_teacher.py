def test_a_pupil_takes_over_part_of_the_lead_of_its_teacher(run_page, capsys):
    page = run_page("plot_teacher")
    means, alone = page["means"], page["alone"]
    assert (means.loc["committee", 0] > alone).all()
    assert means.loc["committee", 3]["ROC-AUC"] > alone["ROC-AUC"]
    assert "committee: a lead of" in capsys.readouterr().out
